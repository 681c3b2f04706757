import { type Answer, type Body, createEndpoint, unavailable } from "../_shared/http.ts";
import { type Payload, toBytesPayload, toPayload } from "../_shared/payload.ts";
import { verifyHeader, verifySignature } from "./signature.ts";
import type { EventStore, Stored } from "./store.ts";

const SIGNATURE = "x-cal-signature-256";

/** Everything the handler needs from outside. */
export interface HandlerDeps {
  /** The secrets of the webhooks in Cal.com. Empty: every request is refused. */
  secrets: readonly string[];
  events: EventStore;
  /** Milliseconds that a body may take; the usual time unless told otherwise. */
  bodyTimeout?: number;
  /** Starts sending the mails that are due, and returns at once. */
  sendMails: () => void;
  log: (line: Record<string, unknown>) => void;
}

/** Builds the handler: check, store, have the database decide, answer. No rule of sales here. */
export function createHandler(deps: HandlerDeps): (request: Request) => Promise<Response> {
  return createEndpoint({
    at: "calcom-webhook",
    ...(deps.bodyTimeout !== undefined && { bodyTimeout: deps.bodyTimeout }),
    verifyHeaders: (headers) => verifyHeader(headers.get(SIGNATURE)),
    verify: (body, headers) =>
      verifySignature(body, { header: headers.get(SIGNATURE), secrets: deps.secrets }),
    handle: (body) => storeAndProcess(body, deps),
    describe: ({ body }) => ({ trigger: toLoggable(body.trigger), event_id: body.event_id }),
    log: deps.log,
  });
}

/** What is signed is kept, whatever it says, before anything is said about it. */
async function storeAndProcess(body: Body, { events, sendMails }: HandlerDeps): Promise<Answer> {
  // Nothing is no event, and there is nothing to keep. doctor asks with it whether a secret is known.
  if (body.length === 0) {
    return { status: 422, body: { outcome: "empty", reason: "The body is empty" } };
  }
  const { payload, stored } = await store(body, events);
  if (stored.kind !== "stored") {
    return unavailable(`The database could not store the event (${stored.code}): send it again`);
  }

  const decision = await events.process(payload.value);
  if (decision === null) {
    const reason =
      "The event is stored, but the database has not decided it yet: it will within a minute";
    return { status: 200, body: { outcome: "failed", event_id: stored.eventId, reason } };
  }
  // The database judges what is an event. Why a body could not be kept as JSON is known here alone.
  if (decision.outcome === "failed" && decision.trigger === null) {
    return { status: 422, body: { ...decision, reason: payload.problem ?? decision.reason } };
  }
  // Nothing else owes a mail that could not wait for the schedule.
  if (decision.outcome === "applied") sendMails();
  return { status: 200, body: decision };
}

/** Stores a body as JSON, or only its bytes when the database does not take it as JSON. */
async function store(
  body: Body,
  events: EventStore,
): Promise<{ payload: Payload; stored: Stored }> {
  const payload = toPayload(body);
  const stored = await events.store(payload);
  if (stored.kind !== "refused") return { payload, stored };

  const problem = payload.problem ?? `The database cannot keep the body as JSON (${stored.code})`;
  const bytes = toBytesPayload(body, problem);
  return { payload: bytes, stored: await events.store(bytes) };
}

/** A trigger is whatever a signed body says; only what looks like one may reach the log. */
function toLoggable(trigger: unknown): string | undefined {
  return typeof trigger === "string" && /^[A-Z_]{1,64}$/.test(trigger) ? trigger : undefined;
}
