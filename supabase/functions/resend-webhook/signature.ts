import { Resend } from "npm:resend@6.38.0";

/** The SDK wants a key to be made with; checking a signature calls nobody. */
const { webhooks } = new Resend("re_not_used");

/**
 * Checks that the headers of a signature are there, and look like Resend's.
 *
 * @returns null when they do, else what is wrong.
 */
export function verifyHeaders(headers: Headers): string | null {
  if (!headers.get("svix-id")) return "There is no svix-id header";
  if (!/^\d{1,12}$/.test(headers.get("svix-timestamp") ?? "")) {
    return "svix-timestamp is not a time in seconds";
  }
  return /(^| )v1,[\w+/-]/.test(headers.get("svix-signature") ?? "")
    ? null
    : "svix-signature has no signature of version 1";
}

/**
 * Checks that Resend signed exactly this body, with this id and not long ago.
 *
 * @param secrets of the webhooks at Resend; any of them may have signed (rotation).
 * @returns null when it did, else what is wrong.
 */
export function verifySignature(
  body: Uint8Array,
  { headers, secrets }: { headers: Headers; secrets: readonly string[] },
): string | null {
  if (secrets.length === 0) return "RESEND_WEBHOOK_SECRET is not set, or too short";

  const payload = new TextDecoder().decode(body);
  let problem = "";
  for (const webhookSecret of secrets) {
    try {
      webhooks.verify({
        payload,
        headers: {
          id: headers.get("svix-id") ?? "",
          timestamp: headers.get("svix-timestamp") ?? "",
          signature: headers.get("svix-signature") ?? "",
        },
        webhookSecret,
      });
      return null;
    } catch (error) {
      // The SDK parses the body once the signature is right; what is no JSON is judged elsewhere.
      if (error instanceof SyntaxError) return null;
      problem = error instanceof Error ? error.message : String(error);
    }
  }
  return `This is no report of Resend: ${problem}`;
}
