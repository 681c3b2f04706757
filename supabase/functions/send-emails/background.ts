import { inBackground } from "../_shared/background.ts";
import { errorName } from "../_shared/log.ts";
import type { SendDeps } from "./send.ts";

/**
 * Sends what is due once the answer at hand is on its way. Never rejects.
 * What sending needs is loaded then, not before: Cal.com's booking page waits for the answer.
 *
 * @returns when it is through, for tests.
 */
export function sendInBackground(deps: SendDeps): Promise<void> {
  return inBackground(async () => {
    try {
      const { sendDueEmails } = await import("./send.ts");
      await sendDueEmails(deps);
    } catch (error) {
      deps.log({ at: "send-emails", outcome: "failed", error: errorName(error) });
    }
  });
}
