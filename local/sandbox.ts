import { type Mail, openMailbox } from "./sandbox-mailbox.ts";
import { makeReport, type ReportOptions } from "./sandbox-reports.ts";
import { addressOf, findMistake } from "./sandbox-rules.ts";

/** What the sandbox needs from outside. */
export interface SandboxOptions {
  /** The one key that is valid. */
  apiKey: string;
  /** Signs what it reports about its mails, like `whsec_…`. */
  webhookSecret: string;
  /** File to keep the mails in, or null to keep them in memory. */
  file: string | null;
  /** The domains mail may come from, read at each mail. */
  verifiedDomains: () => Promise<string[]>;
}

/** An answer of Resend's that is no success. */
export interface Refusal {
  status: number;
  name: string;
  message?: string;
  headers?: Record<string, string>;
}

/** Answers like Resend's mail endpoint and keeps what it accepted. */
export interface Sandbox {
  /** `POST /emails`; every other path is a 404. */
  fetch(request: Request, path: string): Promise<Response>;
  /** Accepted mails, newest first. */
  messages(): Mail[];
  /** For tests: the next `times` mails are refused in this way and not kept. */
  refuseNext(refusal: Refusal, times?: number): void;
  /** For tests: the next mail is accepted and kept, but its answer is lost on the way. */
  dropNextAnswer(): void;
  /** For tests: the next mail is accepted and kept, but the answer says otherwise. */
  spoilNextAnswer(refusal: Refusal): void;
  /** For tests: the next mail is accepted and kept; its answer comes when it is released. */
  holdNextAnswer(): { arrived: Promise<void>; release: () => void };
  /** What Resend would post about an accepted mail: a report, signed as Svix does. */
  report(mailId: string, report: ReportOptions): Request;
}

const DAY = 24 * 60 * 60 * 1000;

/** Opens the sandbox with the mails of earlier starts. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const mailbox = await openMailbox(options.file);
  const refusals: Refusal[] = [];
  const spoils: ((answer: Response) => Response | Promise<Response>)[] = [];

  async function accept(request: Request): Promise<Response> {
    const planned = refusals.shift();
    if (planned) return refuse(planned);

    const key = request.headers.get("authorization")?.match(/^Bearer\s+(\S+)$/i)?.[1];
    if (!key) return refuse(MISSING_API_KEY);
    if (key !== options.apiKey) return refuse(INVALID_API_KEY);

    const idempotencyKey = request.headers.get("idempotency-key");
    if (idempotencyKey !== null && (idempotencyKey.length < 1 || idempotencyKey.length > 256)) {
      return refuse(INVALID_IDEMPOTENCY_KEY);
    }

    const payload = await request.json().catch(() => undefined);
    const mistake = findMistake(payload);
    if (mistake) return refuse(mistake);

    const domain = addressOf(payload.from)!.split("@")[1]!.toLowerCase();
    if (!(await options.verifiedDomains()).includes(domain)) {
      return refuse({
        status: 403,
        name: "validation_error",
        message: `The ${domain} domain is not verified. Please, add and verify your domain ` +
          `(here: a row in public.senders).`,
      });
    }

    // From here to `keep` nothing waits, so two posts with one key cannot both be new.
    const body = canonical(payload);
    const earlier = idempotencyKey === null
      ? undefined
      : mailbox.mails.find((mail) =>
        mail.idempotency_key === idempotencyKey && Date.now() - Date.parse(mail.created_at) < DAY
      );
    if (earlier) {
      return earlier.body === body ? Response.json({ id: earlier.id }) : refuse(OTHER_BODY);
    }

    const mail = await mailbox.keep(payload, body, idempotencyKey);
    return Response.json({ id: mail.id });
  }

  return {
    fetch: async (request, path) => {
      if (path !== "/emails") return refuse(NOT_FOUND);
      if (request.method !== "POST") return refuse(METHOD_NOT_ALLOWED);
      const answer = await accept(request);
      return answer.ok ? await (spoils.shift()?.(answer) ?? answer) : answer;
    },
    messages: () => mailbox.mails.toReversed().map(({ body: _, ...mail }) => mail),
    refuseNext: (refusal, times = 1) => {
      for (let i = 0; i < times; i++) refusals.push(refusal);
    },
    dropNextAnswer: () => {
      spoils.push(() =>
        new Response(new ReadableStream({ start: (body) => body.error("dropped") }))
      );
    },
    spoilNextAnswer: (refusal) => {
      spoils.push(() => refuse(refusal));
    },
    holdNextAnswer: () => {
      const arrived = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      spoils.push((answer) => {
        arrived.resolve();
        return released.promise.then(() => answer);
      });
      return { arrived: arrived.promise, release: released.resolve };
    },
    report: (mailId, report) => {
      const mail = mailbox.mails.find(({ id }) => id === mailId)!;
      return makeReport({ ...mail, tags: JSON.parse(mail.body).tags }, {
        ...report,
        secret: report.secret ?? options.webhookSecret,
      });
    },
  };
}

function refuse({ status, name, message = name, headers = {} }: Refusal): Response {
  return Response.json({ statusCode: status, name, message }, { status, headers });
}

/** The same mail gives the same text, in whatever order its keys come. */
function canonical(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, inner) =>
      inner !== null && typeof inner === "object" && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => a < b ? -1 : 1))
        : inner,
  );
}

const MISSING_API_KEY: Refusal = {
  status: 401,
  name: "missing_api_key",
  message: "Missing API key in the authorization header.",
};
const INVALID_API_KEY: Refusal = {
  status: 403,
  name: "invalid_api_key",
  message: "API key is invalid.",
};
const INVALID_IDEMPOTENCY_KEY: Refusal = {
  status: 400,
  name: "invalid_idempotency_key",
  message: "The key must be between 1-256 chars.",
};
const OTHER_BODY: Refusal = {
  status: 409,
  name: "invalid_idempotent_request",
  message: "Same idempotency key used with a different request payload.",
};
const NOT_FOUND: Refusal = {
  status: 404,
  name: "not_found",
  message: "The requested endpoint does not exist.",
};
const METHOD_NOT_ALLOWED: Refusal = {
  status: 405,
  name: "method_not_allowed",
  message: "Method is not allowed for the requested path.",
};
