import { call, createDatabase } from "../_shared/database.ts";
import { readEnv } from "../_shared/env.ts";
import { log } from "../_shared/log.ts";
import { createHandler } from "./handler.ts";

const env = readEnv(["RESEND_WEBHOOK_SECRET"]);
if (env.missing.length > 0) log({ at: "resend-webhook", outcome: "started", missing: env.missing });
const database = createDatabase(env);

Deno.serve(createHandler({
  secrets: env.resendWebhookSecrets,
  process: (id, event) => call(database.rpc("handle_resend_event", { delivery_id: id, event })),
  log,
}));
