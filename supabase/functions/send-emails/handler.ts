import { createHash, timingSafeEqual } from "node:crypto";
import { DatabaseError } from "../_shared/database.ts";
import { errorName } from "../_shared/log.ts";
import type { Tally } from "./send.ts";

/** Everything the handler needs from outside. */
export interface HandlerDeps {
  /** The secret keys of the project; whoever has one of them may have mails sent. */
  secretKeys: readonly string[];
  /** Whether there is a key of Resend. */
  canSend: boolean;
  /** Sends what is due. */
  send: () => Promise<Tally>;
  log: (line: Record<string, unknown>) => void;
}

interface Answer {
  status: 200 | 401 | 405 | 503;
  body: { outcome: string; reason?: string } & Partial<Tally>;
  headers?: Record<string, string>;
}

/** Builds the handler: let nobody in but the project itself, send what is due, say how many. */
export function createHandler(deps: HandlerDeps): (request: Request) => Promise<Response> {
  return async (request) => {
    const { status, body, headers } = await answer(request, deps);
    // A call that found nothing to do is no news: it happens every minute.
    if (status !== 200) deps.log({ at: "send-emails", status, outcome: body.outcome });
    return Response.json(body, { status, ...(headers && { headers }) });
  };
}

async function answer(request: Request, deps: HandlerDeps): Promise<Answer> {
  if (request.method !== "POST") {
    return {
      status: 405,
      body: { outcome: "method_not_allowed", reason: "Send a POST" },
      headers: { allow: "POST" },
    };
  }
  if (!hasSecretKey(request, deps.secretKeys)) {
    return {
      status: 401,
      body: { outcome: "unauthorized", reason: "Send a secret key of the project as `apikey`" },
    };
  }
  if (!deps.canSend) {
    return unavailable("RESEND_API_KEY is not set: the mails stay due");
  }
  try {
    return { status: 200, body: { outcome: "done", ...await deps.send() } };
  } catch (error) {
    return unavailable(
      error instanceof DatabaseError ? error.message : `It broke off: ${errorName(error)}`,
    );
  }
}

function unavailable(reason: string): Answer {
  return { status: 503, body: { outcome: "unavailable", reason } };
}

/** `apikey` is where keys of today's kind go; older callers send them as a bearer token. */
function hasSecretKey({ headers }: Request, keys: readonly string[]): boolean {
  const shown = [
    headers.get("apikey"),
    headers.get("authorization")?.match(/^Bearer\s+(\S+)$/i)?.[1],
  ].filter((key) => typeof key === "string");
  return shown.some((key) => keys.some((secret) => isEqual(key, secret)));
}

/** Takes the same time for every wrong key: digests have one length, whatever was shown. */
function isEqual(one: string, other: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
