import { inBackground } from "../_shared/background.ts";
import { createDatabase } from "../_shared/database.ts";
import { readEnv } from "../_shared/env.ts";
import { errorName, log } from "../_shared/log.ts";
import { createEventStore } from "./events.ts";
import { createHandler } from "./handler.ts";

const env = readEnv();
if (env.missing.length > 0) log({ at: "calcom-webhook", outcome: "started", missing: env.missing });
const database = createDatabase(env);

Deno.serve(createHandler({
  secrets: env.calcomSecrets,
  events: createEventStore(database),
  sendMails: () =>
    void inBackground(async () => {
      try {
        // Loaded here, not above: Cal.com's booking page may be waiting for the answer.
        const { sendDueEmails } = await import("../send-emails/send.ts");
        await sendDueEmails({ database, env, log });
      } catch (error) {
        log({ at: "send-emails", outcome: "failed", error: errorName(error) });
      }
    }),
  log,
}));
