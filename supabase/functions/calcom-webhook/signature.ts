import { decodeHex } from "npm:deno-std@1.4.0/encoding/hex.js";

/** Exactly the 64 lower-case hex digits that Cal.com sends, without a prefix. */
const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** What the signature of a body is checked against. */
export interface SignatureCheck {
  /** The `X-Cal-Signature-256` header, or null when there is none. */
  header: string | null;
  /** The secrets typed into Cal.com's webhook forms; one is enough. */
  secrets: readonly string[];
}

/**
 * Checks that a signature is there, and looks like one of Cal.com's.
 *
 * @returns null when it does, else what is wrong and what to do about it.
 */
export function verifyHeader(header: string | null): string | null {
  if (header === null) {
    return "There is no X-Cal-Signature-256 header: give the webhook in Cal.com a secret";
  }
  if (header === "no-secret-provided") {
    return "Cal.com sent no signature: " +
      "give the webhook in Cal.com a secret, the same as CALCOM_WEBHOOK_SECRET";
  }
  return HEX_SHA256.test(header) ? null : "X-Cal-Signature-256 is not 64 lower-case hex digits";
}

/**
 * Checks that Cal.com signed exactly these bytes.
 * Bytes, not parsed JSON: serialising again would change what was signed.
 *
 * @returns null when it did, else what is wrong and what to do about it.
 */
export async function verifySignature(
  body: Uint8Array<ArrayBuffer>,
  { header, secrets }: SignatureCheck,
): Promise<string | null> {
  // Whoever signs with an empty secret would be believed.
  const usable = secrets.filter((secret) => secret !== "");
  if (usable.length === 0) {
    return "CALCOM_WEBHOOK_SECRET is not set, or too short: " +
      "set it to the secret of the webhook in Cal.com";
  }
  const problem = verifyHeader(header);
  if (problem !== null) return problem;

  const signature = decodeHex(header!);
  // All of them, always: the time taken does not tell which one fits.
  const matches = await Promise.all(usable.map((secret) => isSignedWith(secret, signature, body)));
  return matches.includes(true) ? null : "X-Cal-Signature-256 does not fit the body: " +
    "the secret of the webhook in Cal.com must be in CALCOM_WEBHOOK_SECRET";
}

async function isSignedWith(
  secret: string,
  signature: Uint8Array<ArrayBuffer>,
  body: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  // WebCrypto compares in constant time.
  return await crypto.subtle.verify("HMAC", key, signature, body);
}
