import { createDatabase } from "../_shared/database.ts";
import { readEnv } from "../_shared/env.ts";
import { log, logStart } from "../_shared/log.ts";
import { createHandler } from "./handler.ts";
import { createEventStore } from "./store.ts";
import { wakeSendEmails } from "./wake.ts";

const env = readEnv(["CALCOM_WEBHOOK_SECRET"]);
logStart("calcom-webhook", env);
const database = createDatabase(env);

Deno.serve(createHandler({
  secrets: env.calcomSecrets,
  events: createEventStore(database),
  sendMails: () => void wakeSendEmails({ ...env, log }),
  log,
}));
