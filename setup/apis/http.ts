/** What the three APIs have in common: JSON over HTTP, limits, and errors that say what to do. */
import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import { z } from "npm:zod@4.6.7";
import { SetupError } from "../error.ts";
import type { Redactor } from "../secrets.ts";

/** An answer that is no success. */
export interface Failure {
  status: number;
  /** The API's own word for it, where it has one. */
  code: string;
  /** The API's own sentence. */
  message: string;
  method: string;
  path: string;
  /** What the call needs, as the API names its rights. */
  right: string | undefined;
}

/** A failure, in a sentence that says what to do. */
export class ApiError extends SetupError {
  override name = "ApiError";
  constructor(message: string, readonly failure: Failure) {
    super(message);
  }
}

/** One API. */
export interface ApiOptions {
  /** As a person calls it. */
  name: string;
  base: string;
  headers: Record<string, string>;
  /** The setting that `base` comes from. */
  baseSetting: string;
  /** Finds the code and the sentence in the body of an error. */
  readError: (body: unknown) => { code: string; message: string };
  /** Says what to do about a failure; null leaves that to the general sentences. */
  explain: (failure: Failure) => string | null;
  redactor: Redactor;
  say: (text: string) => void;
}

/** One call. */
export interface Call<T> {
  method?: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  body?: unknown;
  /** What the answer has to be. */
  answer: z.ZodType<T>;
  /** The right that it needs, for the sentence when it is missing. */
  right?: string;
}

/** Asks the API. @throws {ApiError} @throws {SetupError} when nobody answers, or what is no answer */
export type Ask = <T>(path: string, call: Call<T>) => Promise<T>;

/** Milliseconds until an answer has to be there. */
const TIMEOUT = 30_000;

/** Seconds that a limit is waited for; longer ones are told. */
const LONGEST_WAIT = 90;

/** Builds the function that asks one API. */
export function createAsk(options: ApiOptions): Ask {
  const { name, base, headers, baseSetting, readError, explain, redactor, say } = options;

  async function send(method: string, path: string, body: unknown): Promise<Response> {
    try {
      return await fetch(`${base}${path}`, {
        method,
        redirect: "manual",
        headers: {
          accept: "application/json",
          "user-agent": "calcom-deals",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch (error) {
      const isSlow = error instanceof DOMException && error.name === "TimeoutError";
      throw new SetupError(
        `${name} ${isSlow ? "does not answer in time" : "cannot be reached"} at ` +
          `${new URL(base).origin}. Look at your connection` +
          `, or at ${baseSetting} if you have set it, and run this again.`,
      );
    }
  }

  return async (path, { method = "GET", body, answer, right }) => {
    for (let attempt = 1;; attempt++) {
      const response = await send(method, path, body);
      const text = await response.text();
      const json = parse(text);
      if (response.ok) {
        const parsed = answer.safeParse(json);
        if (parsed.success) return parsed.data;
        throw new SetupError(
          `${name} answered ${method} ${path.split("?")[0]} with something unexpected` +
            `${describeIssue(parsed.error)}. Is ${baseSetting} right (${base})?`,
        );
      }

      const wait = response.status === 429 ? readWait(response.headers) : null;
      if (wait !== null && wait <= LONGEST_WAIT && attempt <= 3) {
        say(`${name} asks to wait ${wait} s (its limit of calls is reached) …`);
        await delay(wait * 1000);
        continue;
      }
      // What only reads may be asked once more; what writes may have been done.
      if (method === "GET" && response.status >= 500 && attempt <= 2) {
        await delay(500);
        continue;
      }
      const { code, message } = readError(json);
      const failure = {
        status: response.status,
        code,
        message: redactor.clean(message),
        method,
        path: path.split("?")[0]!,
        right,
      };
      throw new ApiError(
        redactor.clean(explain(failure) ?? explainGenerally(name, baseSetting, failure, wait)),
        failure,
      );
    }
  };
}

/** Seconds. Each API has a header of its own for it; without one a minute is what all count in. */
function readWait(headers: Headers): number {
  for (
    const name of [
      "retry-after",
      "x-ratelimit-reset-default",
      "x-ratelimit-reset",
      "ratelimit-reset",
    ]
  ) {
    const seconds = Number(headers.get(name) || NaN);
    // A large one is a moment, in seconds since 1970.
    if (seconds > 1e9) return Math.max(1, Math.ceil(seconds - Date.now() / 1000));
    if (Number.isFinite(seconds)) return Math.max(1, Math.ceil(seconds));
  }
  return 60;
}

/** The API's own sentence as the next one, where there is any. */
export function quote(message: string): string {
  return message === "" ? "" : ` It says: ${message.replace(/\.$/, "")}.`;
}

function explainGenerally(
  name: string,
  baseSetting: string,
  { status, message, method, path }: Failure,
  wait: number | null,
): string {
  const said = quote(message);
  if (status === 429) {
    return `${name} has had too many calls with this key and asks to wait ${wait} s. Run this ` +
      `again after that; it goes on where it stopped.`;
  }
  if (status >= 500) {
    return `${name} is in trouble (${status}).${said} Run this again in a few minutes; it goes on ` +
      `where it stopped.`;
  }
  if (status >= 300 && status < 400) {
    return `${name} sends this elsewhere (${status}): look at ${baseSetting}, which has to be the ` +
      `address of the API itself.`;
  }
  return `${name} refused ${method} ${path} (${status}).${said}`;
}

function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  return issue === undefined || issue.path.length === 0 ? "" : ` in "${issue.path.join(".")}"`;
}

function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}
