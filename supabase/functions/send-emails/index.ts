import { createDatabase } from "../_shared/database.ts";
import { readEnv } from "../_shared/env.ts";
import { log } from "../_shared/log.ts";
import { createHandler } from "./handler.ts";
import { sendDueEmails } from "./send.ts";

const env = readEnv(["RESEND_API_KEY"]);
if (env.missing.length > 0) log({ at: "send-emails", outcome: "started", missing: env.missing });
const database = createDatabase(env);

Deno.serve(createHandler({
  secretKeys: env.secretKeys,
  canSend: env.resendApiKey !== null,
  send: () => sendDueEmails({ database, env, log }),
  log,
}));
