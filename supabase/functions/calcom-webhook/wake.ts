import { inBackground } from "../_shared/background.ts";
import { errorName } from "../_shared/log.ts";

/** Milliseconds. The function claims no more mails after 30 s, and nobody waits for its answer. */
const TIMEOUT = 60_000;

/**
 * Has the function send-emails send what is due, once the answer at hand is on its way. It is called
 * and not imported: what a mail is made of takes long to load, and Cal.com's booking page may be
 * waiting for this function to start. Never rejects: the schedule sends what was not sent now.
 *
 * @returns when it is through, for tests.
 */
export function wakeSendEmails(
  { supabaseUrl, supabaseKey, log }: {
    supabaseUrl: string;
    supabaseKey: string;
    log: (line: Record<string, unknown>) => void;
  },
): Promise<void> {
  return inBackground(async () => {
    const problem = await fetch(new URL("/functions/v1/send-emails", supabaseUrl), {
      method: "POST",
      headers: { apikey: supabaseKey },
      signal: AbortSignal.timeout(TIMEOUT),
    }).then(async (answer) => {
      await answer.body?.cancel();
      return answer.ok ? null : `status ${answer.status}`;
    }).catch(errorName);
    if (problem !== null) log({ at: "calcom-webhook", outcome: "mails not sent yet", problem });
  });
}
