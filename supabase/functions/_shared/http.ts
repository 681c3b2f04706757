import { concat } from "npm:deno-std@1.4.0/bytes/concat.js";
import { DatabaseError } from "./database.ts";
import { errorName } from "./log.ts";

/** 1 MiB. The largest bodies seen are some ten kilobytes; notes and answers have no limit. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Milliseconds that a body may take. Cal.com and Resend send theirs in one go. */
const BODY_TIMEOUT = 10_000;

/** The bytes of a body as they arrived. */
export type Body = Uint8Array<ArrayBuffer>;

/** What is answered: always JSON with an outcome and, unless all is well, the reason. */
export interface Answer {
  status: 200 | 401 | 405 | 413 | 422 | 503;
  body: { outcome: string; reason?: string | null | undefined; [key: string]: unknown };
  headers?: Record<string, string>;
  /** What the log says about it and the answer does not: strangers learn nothing from a refusal. */
  problem?: string;
}

/** Says why a request is not accepted, or null when it is. */
type Check<Arguments extends unknown[]> = (
  ...args: Arguments
) => Promise<string | null> | string | null;

/** What makes one endpoint; what all have in common is in {@linkcode createEndpoint}. */
export interface EndpointOptions {
  /** The function's name in the log. */
  at: string;
  /** A body of exactly that many bytes is accepted. Default: {@linkcode MAX_BODY_BYTES}. */
  maxBytes?: number;
  /** Milliseconds that a body may take. Default: 10 s. */
  bodyTimeout?: number;
  /** Before anything of the body is read: whoever is refused here costs next to nothing. */
  verifyHeaders: Check<[Headers]>;
  /** Once the body is there. Default: accepts it. */
  verify?: Check<[Body, Headers]>;
  /** Answers an accepted request. What it throws is answered with 503. */
  handle: (body: Body, headers: Headers) => Promise<Answer>;
  /** What the log line says besides; null: no line. Never personal data. */
  describe?: (answer: Answer) => Record<string, unknown> | null;
  log: (line: Record<string, unknown>) => void;
}

/**
 * Builds a handler for `Deno.serve`: only POST, never more than the cap nor for longer than the
 * timeout, only who is verified; one JSON answer and one log line a request. Never rejects.
 */
export function createEndpoint(options: EndpointOptions): (request: Request) => Promise<Response> {
  const { at, describe = () => ({}), log } = options;
  return async (request) => {
    const start = performance.now();
    const answer = await respond(request, options);
    const { status, body, headers, problem } = answer;
    const facts = describe(answer);
    if (facts !== null) {
      const ms = Math.round(performance.now() - start);
      log({ at, status, outcome: body.outcome, ...(problem && { problem }), ...facts, ms });
    }
    return Response.json(body, { status, ...(headers && { headers }) });
  };
}

async function respond(
  request: Request,
  { maxBytes = MAX_BODY_BYTES, bodyTimeout, verifyHeaders, verify, handle }: EndpointOptions,
): Promise<Answer> {
  const { method, headers } = request;
  if (method !== "POST") {
    return {
      status: 405,
      body: { outcome: "method_not_allowed", reason: "Send a POST" },
      headers: { allow: "POST" },
    };
  }
  try {
    const problem = await verifyHeaders(headers);
    if (problem !== null) return unauthorized(problem);
    if (Number(headers.get("content-length")) > maxBytes) return tooLarge(maxBytes);

    const body = await readBody(request, maxBytes, bodyTimeout).catch(() => undefined);
    if (body === undefined) {
      return unavailable("The body did not arrive, at all or soon enough: send it again");
    }
    if (body === null) return tooLarge(maxBytes);

    const badBody = await verify?.(body, headers) ?? null;
    return badBody === null ? await handle(body, headers) : unauthorized(badBody);
  } catch (error) {
    const what = error instanceof DatabaseError
      ? error.message
      : `It broke off (${errorName(error)})`;
    return unavailable(`${what}: send it again`);
  }
}

/** One text for all: it tells neither what is wrong nor how this is set up. */
function unauthorized(problem: string): Answer {
  const reason = "Not accepted; the log of this function says why";
  return { status: 401, body: { outcome: "unauthorized", reason }, problem };
}

function tooLarge(maxBytes: number): Answer {
  const reason = `The body has more than ${maxBytes} bytes`;
  return { status: 413, body: { outcome: "too_large", reason } };
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
 * Reads a body, but never more than the cap, and never for longer than the timeout.
 * Counts while reading: a Content-Length can be wrong, and a body in chunks has none.
 *
 * @param timeout in milliseconds, for the whole body.
 * @returns the bytes, or null when there are more than `maxBytes`.
 * @throws when the sender breaks off or is too slow.
 */
export async function readBody(
  { body }: Request,
  maxBytes: number,
  timeout: number = BODY_TIMEOUT,
): Promise<Body | null> {
  const reader = body?.getReader();
  const chunks: Uint8Array[] = [];
  if (!reader) return concat(chunks);

  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    giveUp(reader);
  }, timeout);
  try {
    let size = 0;
    for (let { value } = await reader.read(); value; { value } = await reader.read()) {
      size += value.byteLength;
      if (size > maxBytes) {
        giveUp(reader);
        return null;
      }
      chunks.push(value);
    }
  } finally {
    clearTimeout(timer);
  }
  // Giving up ends the stream as its end does.
  if (isLate) throw new DOMException("The body is too slow", "TimeoutError");
  return concat(chunks);
}

/** The rest is not read. */
function giveUp(reader: ReadableStreamDefaultReader): void {
  reader.cancel().catch(() => {});
}
