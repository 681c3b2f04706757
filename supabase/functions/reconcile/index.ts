import { createDatabase } from "../_shared/database.ts";
import { readEnv } from "../_shared/env.ts";
import { log, logStart } from "../_shared/log.ts";
import { createCalcom } from "./calcom.ts";
import { createHandler } from "./handler.ts";
import { reconcile } from "./reconcile.ts";

const env = readEnv(["RECONCILE_SECRET"]);
logStart("reconcile", env);
const database = createDatabase(env);
const { calcomApiKey: key, calcomApiUrl: url } = env;

Deno.serve(createHandler({
  secretKeys: env.secretKeys,
  secrets: env.reconcileSecrets,
  reconcile: (wish) =>
    reconcile(wish, { database, calcom: key === null ? null : createCalcom({ key, url }) }),
  log,
}));
