/** What the stand-ins of the three APIs have in common. */

/** One call that a stand-in was asked, for tests. */
export interface RecordedCall {
  method: string;
  /** With its query. */
  path: string;
  body: unknown;
}

/**
 * What goes wrong with a call, for tests: an answer instead of the real one, or null.
 * A fault that answers once has to remember that itself.
 */
export type Fault = (call: RecordedCall) => Response | null | Promise<Response | null>;

/**
 * Makes the next answers of a stand-in failures, for whoever wants to see how that looks at home:
 * `POST …/fail?status=429&times=3`.
 */
export function failNext(state: { fault: Fault | null }, { url }: Request): Response {
  const { searchParams } = new URL(url);
  const status = Number(searchParams.get("status"));
  const times = Number(searchParams.get("times") ?? 1);
  if (!(status >= 400 && status <= 599) || !Number.isInteger(times) || times < 0) {
    return new Response("Say ?status=429, of 400 to 599, and &times=3 if you like\n", {
      status: 400,
    });
  }
  let left = times;
  state.fault = () => {
    if (left === 0) return null;
    left--;
    // Nobody waits for long at home.
    const headers: HeadersInit = status === 429 ? { "retry-after": "1" } : {};
    return Response.json({ message: "Somebody wanted it to fail" }, { status, headers });
  };
  return new Response(`The next ${times === 1 ? "answer is" : `${times} answers are`} ${status}\n`);
}

/** A request whose body can be read as often as somebody likes. */
export interface KeptRequest {
  /** What is kept of it. */
  call: RecordedCall;
  /** The same request again. */
  copy(): Request;
}

/** Reads a request to its end. @param path what stands after the place where the API is mounted */
export async function keepRequest(request: Request, path: string): Promise<KeptRequest> {
  const { url, method, headers } = request;
  const bytes = await request.bytes();
  const body = bytes.length === 0 ? null : bytes;
  return {
    call: {
      method,
      path: path + new URL(url).search,
      body: parse(new TextDecoder().decode(bytes)),
    },
    copy: () => new Request(url, { method, headers, body }),
  };
}

/** JSON; null for what is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A key as the `Authorization` header has it. */
export function bearer({ headers }: Request): string {
  return headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
}
