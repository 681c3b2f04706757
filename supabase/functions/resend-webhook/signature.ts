import { Resend } from "npm:resend@6.38.0";
import type { Json } from "../_shared/database.types.ts";

/** What came of checking a delivery: the report, or what is wrong with it. */
export type Check =
  | { isGenuine: true; report: Json | undefined }
  | { isGenuine: false; problem: string };

/** The SDK wants a key to be made with; checking a signature calls nobody. */
const { webhooks } = new Resend("re_not_used");

/**
 * Checks that Resend signed exactly this body, with this id and not long ago.
 *
 * @param secrets of the webhooks at Resend; any of them may have signed (rotation).
 * @returns the report; undefined when what was signed is not JSON.
 */
export function checkSignature(
  body: Uint8Array,
  { headers, secrets }: { headers: Headers; secrets: readonly string[] },
): Check {
  if (secrets.length === 0) {
    return { isGenuine: false, problem: "RESEND_WEBHOOK_SECRET is not set" };
  }

  const payload = new TextDecoder().decode(body);
  let problem = "";
  for (const webhookSecret of secrets) {
    try {
      const report = webhooks.verify({
        payload,
        headers: {
          id: headers.get("svix-id") ?? "",
          timestamp: headers.get("svix-timestamp") ?? "",
          signature: headers.get("svix-signature") ?? "",
        },
        webhookSecret,
      });
      return { isGenuine: true, report: report as unknown as Json };
    } catch (error) {
      // Parsed only once the signature is right.
      if (error instanceof SyntaxError) return { isGenuine: true, report: undefined };
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return { isGenuine: false, problem: `This is no delivery of Resend: ${problem}` };
}
