import { isKnownCaller, type KnownCallers } from "../_shared/caller.ts";
import { createEndpoint, unavailable } from "../_shared/http.ts";
import type { SendSummary } from "./send.ts";

/** Everything the handler needs from outside. */
export interface HandlerDeps extends KnownCallers {
  /** Whether there is a key of Resend. */
  canSend: boolean;
  /** Sends what is due. */
  send: () => Promise<SendSummary>;
  log: (line: Record<string, unknown>) => void;
}

/** Bytes. Nothing in the body is read. */
const MAX_BYTES = 64 * 1024;

const SECRET = "x-send-emails-secret";

/** Builds the handler: accept the schedule and the project itself, send what is due, say how many. */
export function createHandler(deps: HandlerDeps): (request: Request) => Promise<Response> {
  return createEndpoint({
    at: "send-emails",
    maxBytes: MAX_BYTES,
    verifyHeaders: async (headers) =>
      await isKnownCaller(headers, SECRET, deps)
        ? null
        : `${SECRET} is not SEND_EMAILS_SECRET, and there is no secret key of the project either`,
    handle: async () =>
      deps.canSend
        ? { status: 200, body: { outcome: "done", ...await deps.send() } }
        : unavailable("RESEND_API_KEY is not set: the mails stay due"),
    // Called every minute, and every mail has its own line: that all went well is no news.
    describe: ({ status }) => status === 200 ? null : {},
    log: deps.log,
  });
}
