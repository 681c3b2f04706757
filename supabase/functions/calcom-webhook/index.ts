import { createDatabase } from "../_shared/database.ts";
import { readEnv } from "../_shared/env.ts";
import { log } from "../_shared/log.ts";
import { sendInBackground } from "../send-emails/background.ts";
import { createHandler } from "./handler.ts";
import { createEventStore } from "./store.ts";

const env = readEnv(["CALCOM_WEBHOOK_SECRET", "RESEND_API_KEY"]);
if (env.missing.length > 0) log({ at: "calcom-webhook", outcome: "started", missing: env.missing });
const database = createDatabase(env);

Deno.serve(createHandler({
  secrets: env.calcomSecrets,
  events: createEventStore(database),
  sendMails: () => void sendInBackground({ database, env, log }),
  log,
}));
