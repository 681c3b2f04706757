import { concat } from "npm:deno-std@1.4.0/bytes/concat.js";
import { DatabaseError } from "./database.ts";
import { errorName } from "./log.ts";

/** 1 MiB. The largest bodies seen are some ten kilobytes; notes and answers have no limit. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** The bytes of a body as they arrived. */
export type Body = Uint8Array<ArrayBuffer>;

/** What is answered: always JSON with an outcome and, unless all is well, the reason. */
export interface Answer {
  status: 200 | 401 | 405 | 413 | 422 | 503;
  body: { outcome: string; reason?: string | null | undefined; [key: string]: unknown };
  headers?: Record<string, string>;
}

/** What makes one endpoint; what all have in common is in {@linkcode createEndpoint}. */
export interface EndpointOptions {
  /** The function's name in the log. */
  at: string;
  /** A body of exactly that many bytes is accepted. Default: {@linkcode MAX_BODY_BYTES}. */
  maxBytes?: number;
  /** Says why a request is not accepted, or null when it is. */
  verify: (body: Body, headers: Headers) => Promise<string | null> | string | null;
  /** Answers an accepted request. What it throws is answered with 503. */
  handle: (body: Body, headers: Headers) => Promise<Answer>;
  /** What the log line says besides; null: no line. Never personal data. */
  describe?: (answer: Answer) => Record<string, unknown> | null;
  log: (line: Record<string, unknown>) => void;
}

/**
 * Builds a handler for `Deno.serve`: only POST, never more than the cap, only who is verified;
 * one JSON answer and one log line a request. Never rejects.
 */
export function createEndpoint(options: EndpointOptions): (request: Request) => Promise<Response> {
  const { at, describe = () => ({}), log } = options;
  return async (request) => {
    const start = performance.now();
    const answer = await respond(request, options);
    const { status, body, headers } = answer;
    const facts = describe(answer);
    if (facts !== null) {
      const ms = Math.round(performance.now() - start);
      log({ at, status, outcome: body.outcome, ...facts, ms });
    }
    return Response.json(body, { status, ...(headers && { headers }) });
  };
}

async function respond(
  request: Request,
  { maxBytes = MAX_BODY_BYTES, verify, handle }: EndpointOptions,
): Promise<Answer> {
  if (request.method !== "POST") {
    return {
      status: 405,
      body: { outcome: "method_not_allowed", reason: "Send a POST" },
      headers: { allow: "POST" },
    };
  }
  const body = await readBody(request, maxBytes).catch(() => undefined);
  if (body === undefined) return unavailable("The body broke off before its end: send it again");
  if (body === null) {
    const reason = `The body has more than ${maxBytes} bytes`;
    return { status: 413, body: { outcome: "too_large", reason } };
  }

  try {
    const problem = await verify(body, request.headers);
    if (problem !== null) {
      return { status: 401, body: { outcome: "unauthorized", reason: problem } };
    }
    return await handle(body, request.headers);
  } catch (error) {
    const what = error instanceof DatabaseError
      ? error.message
      : `It broke off (${errorName(error)})`;
    return unavailable(`${what}: send it again`);
  }
}

/** The answer after which the same request, sent again, may succeed. */
export function unavailable(reason: string): Answer {
  return {
    status: 503,
    body: { outcome: "unavailable", reason },
    headers: { "retry-after": "30" },
  };
}

/**
 * Reads a body, but never more than the cap.
 * Counts while reading: a Content-Length can be wrong, and a body in chunks has none.
 *
 * @returns the bytes, or null when there are more than `maxBytes`.
 * @throws when the sender breaks off.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Body | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream: the rest is not read.
    if (size > maxBytes) return null;
    chunks.push(chunk);
  }
  return concat(chunks);
}
