import { call, createDatabase } from "../_shared/database.ts";
import { readEnv } from "../_shared/env.ts";
import { log, logStart } from "../_shared/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv(["RESEND_WEBHOOK_SECRET"]);
logStart("resend-webhook", env);
const database = createDatabase(env);

Deno.serve(createHandler({
  secrets: env.resendWebhookSecrets,
  process: (id, event) => call(database.rpc("handle_resend_event", { delivery_id: id, event })),
  log,
}));
