import { timingSafeEqual } from "npm:deno-std@1.4.0/crypto/timing_safe_equal.js";
import { createEndpoint, unavailable } from "../_shared/http.ts";
import type { SendSummary } from "./send.ts";

/** Everything the handler needs from outside. */
export interface HandlerDeps {
  /** The secret keys of the project; whoever has one of them may have mails sent. */
  secretKeys: readonly string[];
  /** Whether there is a key of Resend. */
  canSend: boolean;
  /** Sends what is due. */
  send: () => Promise<SendSummary>;
  log: (line: Record<string, unknown>) => void;
}

/** Bytes. Nothing in the body is read. */
const MAX_BYTES = 64 * 1024;

/** Builds the handler: accept the project itself alone, send what is due, say how many. */
export function createHandler(deps: HandlerDeps): (request: Request) => Promise<Response> {
  return createEndpoint({
    at: "send-emails",
    maxBytes: MAX_BYTES,
    verify: async (_body, headers) =>
      await hasSecretKey(headers, deps.secretKeys)
        ? null
        : "Send a secret key of the project as `apikey`",
    handle: async () =>
      deps.canSend
        ? { status: 200, body: { outcome: "done", ...await deps.send() } }
        : unavailable("RESEND_API_KEY is not set: the mails stay due"),
    // Called every minute, and every mail has its own line: that all went well is no news.
    describe: ({ status }) => status === 200 ? null : {},
    log: deps.log,
  });
}

/** `apikey` is where keys of today's kind go; older callers send them as a bearer token. */
async function hasSecretKey(headers: Headers, keys: readonly string[]): Promise<boolean> {
  const shown = [
    headers.get("apikey"),
    headers.get("authorization")?.match(/^Bearer\s+(\S+)$/i)?.[1],
  ].filter((key) => typeof key === "string");
  const [shownDigests, digests] = await Promise.all([shown, keys].map(digestAll));
  return shownDigests!.some((one) => digests!.some((other) => timingSafeEqual(one, other)));
}

/** Digests have one length, whatever was shown: comparing them always takes the same time. */
function digestAll(texts: readonly string[]): Promise<ArrayBuffer[]> {
  const encoder = new TextEncoder();
  return Promise.all(texts.map((text) => crypto.subtle.digest("SHA-256", encoder.encode(text))));
}
