import { createDatabase } from "../_shared/database.ts";
import { readEnv } from "../_shared/env.ts";
import { log, logStart } from "../_shared/log.ts";
import { createHandler } from "./handler.ts";
import { sendDueEmails } from "./send.ts";

const env = readEnv(["RESEND_API_KEY", "SEND_EMAILS_SECRET"]);
logStart("send-emails", env);
const database = createDatabase(env);

Deno.serve(createHandler({
  secretKeys: env.secretKeys,
  secrets: env.sendEmailsSecrets,
  canSend: env.resendApiKey !== null,
  send: () => sendDueEmails({ database, env, log }),
  log,
}));
