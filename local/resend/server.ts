import { equal } from "npm:deno-std@1.4.0/assert/equal.js";
import { openMailbox, toMail } from "./mailbox.ts";
import type { Payload, Refusal, Sandbox, SandboxOptions, StoredMail } from "./types.ts";
import { makeReport, makeReports } from "./webhooks.ts";

/** How long Resend remembers an idempotency key, in milliseconds. */
const KEY_LIFETIME = 24 * 60 * 60 * 1000;

/** An address, or a name and the address in angle brackets; on one line. */
const SENDER = /^(?:[^<>\r\n]*<)?([^\s<>@]+@[^\s<>@]+\.[^\s<>@]+?)>?$/;
const ADDRESS = /^[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+$/;
/** Resend refuses to send there, as what is sent there only comes back. */
const MADE_UP = /@(example|test)\.com$/i;
/** No such domain can exist, so nobody can verify one: a way to see what an unverified one does. */
const UNVERIFIABLE = /\.invalid$/;

/** Opens the sandbox with the mails of earlier starts. */
export async function openSandbox(options: SandboxOptions): Promise<Sandbox> {
  const mailbox = await openMailbox(options.file);
  const refusals: Refusal[] = [];
  const faults: ((response: Response) => Response | Promise<Response>)[] = [];
  const closing = new AbortController();
  const reports = new Set<Promise<void>>();

  async function accept(request: Request): Promise<Response> {
    const planned = refusals.shift();
    if (planned) return refuse(planned);

    const apiKey = /^Bearer\s+(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
    if (!apiKey) return refuse(MISSING_API_KEY);
    if (apiKey !== options.apiKey) return refuse(INVALID_API_KEY);

    const key = request.headers.get("idempotency-key");
    if (key !== null && (key.length < 1 || key.length > 256)) {
      return refuse(INVALID_IDEMPOTENCY_KEY);
    }
    const payload: Payload | null = await request.json().catch(() => null);
    const mistake = validate(payload, await options.verifiedDomains());
    if (mistake) return refuse(mistake);

    // From here to `keep` nothing waits, so two posts with one key cannot both be new.
    const earlier = key === null
      ? undefined
      : mailbox.mails.find((mail) =>
        mail.idempotency_key === key && Date.now() - Date.parse(mail.created_at) < KEY_LIFETIME
      );
    if (earlier) {
      return equal(earlier.payload, payload)
        ? Response.json({ id: earlier.id })
        : refuse(OTHER_PAYLOAD);
    }
    const mail: StoredMail = {
      id: crypto.randomUUID(),
      idempotency_key: key,
      created_at: new Date().toISOString(),
      payload: payload!,
    };
    await mailbox.keep(mail);
    if (options.report) report(mail, options.report);
    return Response.json({ id: mail.id });
  }

  function report(mail: StoredMail, post: NonNullable<SandboxOptions["report"]>) {
    const { webhookSecret: secret } = options;
    const made = makeReports(mail, { secret, post, signal: closing.signal });
    reports.add(made);
    made.then(() => reports.delete(made));
  }

  return {
    fetch: async (request, path) => {
      if (path !== "/emails") return refuse(NOT_FOUND);
      if (request.method !== "POST") return refuse(METHOD_NOT_ALLOWED);
      const response = await accept(request);
      return response.ok ? await (faults.shift()?.(response) ?? response) : response;
    },
    messages: () => mailbox.mails.map(toMail).reverse(),
    refuseNext: (refusal, times = 1) => void refusals.push(...Array(times).fill(refusal)),
    dropNextResponse: () => {
      faults.push(() =>
        new Response(new ReadableStream({ start: (body) => body.error("dropped") }))
      );
    },
    corruptNextResponse: (refusal) => void faults.push(() => refuse(refusal)),
    holdNextResponse: () => {
      const arrived = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      faults.push((response) => {
        arrived.resolve();
        return released.promise.then(() => response);
      });
      return { arrived: arrived.promise, release: released.resolve };
    },
    report: (mailId, report) =>
      makeReport(mailbox.mails.find(({ id }) => id === mailId)!, {
        ...report,
        secret: report.secret ?? options.webhookSecret,
      }),
    close: async () => {
      closing.abort();
      await Promise.all(reports);
    },
  };
}

/** What Resend would refuse about a mail, as far as our mails can meet it; null when it can go. */
function validate(payload: Payload | null, verifiedDomains: string[]): Refusal | null {
  const { from, to, subject, html, text } = payload ?? {};
  if (!from || !to || !subject || !(html || text)) return MISSING_FIELD;

  const domain = SENDER.exec(from)?.[1]?.split("@")[1]?.toLowerCase();
  const recipients = [to].flat();
  if (domain === undefined || !recipients.every((address) => ADDRESS.test(address))) {
    return invalid(
      "Each address has to be like `email@example.com` or `Name <email@example.com>`.",
    );
  }
  if (recipients.some((address) => MADE_UP.test(address))) {
    return invalid("Addresses at example.com and test.com get no mail: use one at resend.dev.");
  }
  if (!verifiedDomains.includes(domain) || UNVERIFIABLE.test(domain)) {
    return {
      status: 403,
      name: "validation_error",
      message: `The ${domain} domain is not verified. (Here every domain of public.senders is, ` +
        `but those that end in .invalid.)`,
    };
  }
  return null;
}

function invalid(message: string): Refusal {
  return { status: 422, name: "validation_error", message };
}

function refuse({ status, name, message = name, headers = {} }: Refusal): Response {
  return Response.json({ statusCode: status, name, message }, { status, headers });
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
const MISSING_FIELD: Refusal = {
  status: 422,
  name: "missing_required_field",
  message: "A mail needs `from`, `to`, `subject`, and `html` or `text`.",
};
const OTHER_PAYLOAD: Refusal = {
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
