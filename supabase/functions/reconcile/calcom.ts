/** What one request to Cal.com's API came to. */
export type ApiAnswer =
  | { kind: "ok"; body: Record<string, unknown> }
  /** Too many requests; after so many milliseconds it may be asked again. */
  | { kind: "throttled"; wait: number }
  /** The request is not understood, for one odd row in it, perhaps (400). */
  | { kind: "refused"; reason: string }
  /** The key may not see this (403). */
  | { kind: "forbidden"; reason: string }
  /** The server has no such thing, in this contract at least. */
  | { kind: "missing"; reason: string }
  /** Nothing goes on until somebody mends it, or Cal.com is well again. */
  | { kind: "failed"; reason: string };

/** Asks Cal.com's API for something below its root. Never throws. */
export type Calcom = (path: string, version?: string) => Promise<ApiAnswer>;

/** Milliseconds. */
const TIMEOUT = 20_000;

/** Milliseconds to wait when Cal.com does not say how long. */
const DEFAULT_WAIT = 15_000;

/** Milliseconds to wait when it says that there is nothing to wait for, and refused all the same. */
const SHORTEST_WAIT = 1_000;

/** Connects to Cal.com's API, or to one with the same shapes at `url`. The key is in no message. */
export function createCalcom(
  { key, url, timeout = TIMEOUT }: { key: string; url: string; timeout?: number },
): Calcom {
  return async (path, version) => {
    let response: Response;
    let body: unknown;
    try {
      response = await fetch(`${url}${path}`, {
        headers: {
          authorization: `Bearer ${key}`,
          ...(version !== undefined && { "cal-api-version": version }),
        },
        signal: AbortSignal.timeout(timeout),
        // A page that asks to log in is no answer of the API.
        redirect: "manual",
      });
      body = await response.json().catch(() => null);
    } catch {
      return failed("Cal.com's API gave no answer. It is asked again with the next tick.");
    }
    const { status, headers } = response;
    if (status === 200 && isObject(body)) return { kind: "ok", body };
    if (status === 429) return { kind: "throttled", wait: readWait(headers) };
    if (status === 400 && isObject(body)) return { kind: "refused", reason: `400 ${code(body)}` };
    if (status === 401 && isAboutLicence(body)) {
      return failed(
        "Your Cal.com server wants a licence for its API (401): set CALCOM_LICENSE_KEY there.",
      );
    }
    if (status === 401) {
      return failed(
        "Cal.com does not accept CALCOM_API_KEY (401): it is not valid, has expired, or belongs to " +
          "another region. Make a new one and set it: deno task connect.",
      );
    }
    if (status === 403) {
      const reason =
        "CALCOM_API_KEY may not read these bookings (403): it takes the key of somebody " +
        "who may.";
      return { kind: "forbidden", reason };
    }
    if (status >= 500) {
      return failed(`Cal.com's API answers ${status}. It is asked again with the next tick.`);
    }
    return {
      kind: "missing",
      reason: `Cal.com's API answers ${status} where bookings should be: look at CALCOM_API_URL.`,
    };
  };
}

function failed(reason: string): ApiAnswer {
  return { kind: "failed", reason };
}

/** Whether a server of one's own has no licence, whatever the key. */
function isAboutLicence(body: unknown): boolean {
  return /licen[cs]e/i.test(JSON.stringify(isObject(body) ? body.error : null) ?? "");
}

/** Cal.com's word for an error; its sentences may quote data. */
function code(body: unknown): string {
  const error = isObject(body) && isObject(body.error) ? body.error.code : undefined;
  return typeof error === "string" && /^[\w ]{1,60}$/.test(error) ? error : "";
}

/** Seconds, or a moment in seconds or milliseconds: each is in use. */
function readWait(headers: Headers): number {
  const told = headers.get("retry-after") ?? headers.get("x-ratelimit-reset-default");
  const number = Number(told ?? NaN);
  if (!(number >= 0)) return DEFAULT_WAIT;
  const wait = number > 1e12
    ? number - Date.now()
    : number > 1e9
    ? number * 1000 - Date.now()
    : number * 1000;
  return Math.max(SHORTEST_WAIT, wait);
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
