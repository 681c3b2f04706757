import { equal } from "npm:deno-std@1.4.0/assert/equal.js";
import { openMailbox, toMail } from "./mailbox.ts";
import type { Payload, Refusal, Sandbox, SandboxOptions, StoredMail } from "./types.ts";
import { makeReport, makeReports } from "./webhooks.ts";

/** Opens the sandbox with the mails of earlier starts. */
export async function openSandbox(
  { apiKey, webhookSecret, file, verifiedDomains, report: post }: SandboxOptions,
): Promise<Sandbox> {
  const mailbox = await openMailbox(file);
  // What goes wrong with the next mails: each gets what would accept its mail.
  const faults: ((accept: () => Promise<Response>) => Promise<Response>)[] = [];
  const closing = new AbortController();
  const reports = new Set<Promise<void>>();

  async function accept(request: Request): Promise<Response> {
    if (request.headers.get("authorization") !== `Bearer ${apiKey}`) {
      // So it answers; its documentation has another name for it.
      return refuse({ status: 400, name: "validation_error", message: "API key is invalid" });
    }
    const payload: Payload = await request.json();
    const mistake = findMistake(payload, await verifiedDomains());
    if (mistake) return refuse(mistake);

    // From here to `keep` nothing waits, so two posts with one key cannot both be new.
    const key = request.headers.get("idempotency-key");
    const earlier = mailbox.mails.find((mail) => key !== null && mail.idempotency_key === key);
    if (earlier && !equal(earlier.payload, payload)) {
      return refuse({
        status: 409,
        name: "invalid_idempotent_request",
        message: "Same idempotency key used with a different request payload.",
      });
    }
    return Response.json({ id: earlier?.id ?? await keep(payload, key) });
  }

  async function keep(payload: Payload, idempotency_key: string | null): Promise<string> {
    const id = crypto.randomUUID();
    const mail: StoredMail = {
      id,
      idempotency_key,
      created_at: new Date().toISOString(),
      payload,
    };
    await mailbox.keep(mail);
    if (post) {
      const made = makeReports(mail, { secret: webhookSecret, post, signal: closing.signal });
      reports.add(made);
      made.then(() => reports.delete(made));
    }
    return id;
  }

  /** Has the next mail accepted, and something else answered. */
  function spoilNext(spoil: (response: Response) => Response | Promise<Response>): void {
    faults.push(async (accept) => await spoil(await accept()));
  }

  return {
    fetch: async (request, path) => {
      if (path !== "/emails" || request.method !== "POST") {
        return refuse({ status: 404, name: "not_found" });
      }
      const fault = faults.shift();
      return await (fault ? fault(() => accept(request)) : accept(request));
    },
    messages: () => mailbox.mails.map(toMail).reverse(),
    refuseNext: (refusal) => void faults.push(() => Promise.resolve(refuse(refusal))),
    dropNextResponse: () =>
      spoilNext(() => new Response(new ReadableStream({ start: (body) => body.error("dropped") }))),
    corruptNextResponse: (refusal) => spoilNext(() => refuse(refusal)),
    holdNextResponse: () => {
      const arrived = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      spoilNext(async (response) => {
        arrived.resolve();
        await released.promise;
        return response;
      });
      return { arrived: arrived.promise, release: released.resolve };
    },
    report: (mailId, report) =>
      makeReport(mailbox.mails.find(({ id }) => id === mailId)!, {
        secret: webhookSecret,
        ...report,
      }),
    close: async () => {
      closing.abort();
      await Promise.all(reports);
    },
  };
}

/** Why Resend would not take a mail, as far as our mails can meet it; null when it would. */
function findMistake({ from, to }: Payload, verifiedDomains: string[]): Refusal | null {
  const recipients = [to].flat();
  if (!recipients.every((address) => /^[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+$/.test(address))) {
    return invalid("An address has to be like `email@example.com`.");
  }
  if (recipients.some((address) => /@(example|test)\.com$/i.test(address))) {
    return invalid("Addresses at example.com and test.com get no mail: use one at resend.dev.");
  }
  const domain = /@([^\s<>@]+?)>?$/.exec(from)?.[1]?.toLowerCase() ?? "";
  // Nobody can verify a domain in .invalid: a way to see what an unverified one does.
  if (!verifiedDomains.includes(domain) || domain.endsWith(".invalid")) {
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
