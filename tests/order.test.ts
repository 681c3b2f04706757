import { databaseTest } from "./support/database.ts";
import { addNotes } from "./support/hand.ts";
import { checkLostEvents, checkOrder, checkOrderByHand, checkPauses } from "./support/order.ts";

databaseTest(
  "the same events leave the same tables, in whatever order and however often they arrive",
  (database) => checkOrder(database, 200),
);

databaseTest(
  "so do the same events and hand edits",
  (database) => checkOrderByHand(database, 60),
);

databaseTest(
  "a replay that pauses leaves the tables that it leaves in one go",
  (database) => checkPauses(database, 60),
);

databaseTest(
  "an event that was lost makes no other fail, or wait for what is there",
  async (database) => {
    await addNotes(database.sql);
    await checkLostEvents(database, 40);
  },
);
