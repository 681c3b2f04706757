import { databaseTest } from "./support/database.ts";
import { checkOrder } from "./support/order.ts";

databaseTest(
  "the same events leave the same tables, in whatever order and however often they arrive",
  (database) => checkOrder(database, 200),
);
