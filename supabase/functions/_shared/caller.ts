import { timingSafeEqual } from "npm:deno-std@1.4.0/crypto/timing_safe_equal.js";

/** Who may call a function that is no door for strangers. */
export interface KnownCallers {
  /** The secret keys of the project, which may do everything. */
  secretKeys: readonly string[];
  /** The secrets of the schedule, which may do nothing else. */
  secrets: readonly string[];
}

/** Tells whether a request comes from the schedule, which shows its secret, or from the project itself. */
export async function isKnownCaller(
  headers: Headers,
  secretHeader: string,
  { secrets, secretKeys }: KnownCallers,
): Promise<boolean> {
  return await isOneOf([headers.get(secretHeader)], secrets) ||
    await isOneOf(listKeys(headers), secretKeys);
}

/** `apikey` is where keys of today's kind go; older callers send them as a bearer token. */
function listKeys(headers: Headers): (string | null | undefined)[] {
  return [
    headers.get("apikey"),
    headers.get("authorization")?.match(/^Bearer\s+(\S+)$/i)?.[1],
  ];
}

async function isOneOf(
  shown: (string | null | undefined)[],
  keys: readonly string[],
): Promise<boolean> {
  const texts = shown.filter((key) => typeof key === "string");
  const [shownDigests, digests] = await Promise.all([texts, keys].map(digestAll));
  return shownDigests!.some((one) => digests!.some((other) => timingSafeEqual(one, other)));
}

/** Digests have one length, whatever was shown: comparing them always takes the same time. */
function digestAll(texts: readonly string[]): Promise<ArrayBuffer[]> {
  const encoder = new TextEncoder();
  return Promise.all(texts.map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))));
}
