import type { Json } from "../_shared/database.types.ts";
import { BODY_CAP, readBody } from "../_shared/body.ts";
import { checkEnvelope } from "./envelope.ts";
import type { EventStore } from "./events.ts";
import { type Payload, toBytesPayload, toPayload, toTextPayload } from "./payload.ts";
import { signatureProblem } from "./signature.ts";

/** Everything the handler needs from outside. */
export interface HandlerDeps {
  /** The secrets of the webhooks in Cal.com. Empty: everybody is turned away. */
  secrets: readonly string[];
  events: EventStore;
  /** Starts sending the mails that are due, and returns at once. */
  sendMails: () => void;
  log: (line: Record<string, unknown>) => void;
}

/** What is answered: always JSON with an outcome and, unless all is well, the reason. */
interface Answer {
  status: 200 | 401 | 405 | 413 | 422 | 503;
  body: { outcome: string; reason?: Json; event_id?: Json; trigger?: Json };
  headers?: Record<string, string>;
}

/** Builds the handler: check, store, let the database decide, answer. No rule about bookings here. */
export function createHandler(deps: HandlerDeps): (request: Request) => Promise<Response> {
  return async (request) => {
    const start = performance.now();
    const { status, body, headers } = await receive(request, deps);
    deps.log({
      at: "calcom-webhook",
      status,
      outcome: body.outcome,
      trigger: loggableTrigger(body.trigger),
      event_id: body.event_id,
      ms: Math.round(performance.now() - start),
    });
    return Response.json(body, { status, ...(headers && { headers }) });
  };
}

async function receive(request: Request, deps: HandlerDeps): Promise<Answer> {
  if (request.method !== "POST") {
    return {
      status: 405,
      body: { outcome: "method_not_allowed", reason: "Cal.com sends a POST: send one" },
      headers: { allow: "POST" },
    };
  }

  let body: Uint8Array<ArrayBuffer> | null;
  try {
    body = await readBody(request);
  } catch {
    return unavailable("The body broke off before its end: send it again");
  }
  if (body === null) {
    return {
      status: 413,
      body: { outcome: "too_large", reason: `The body has more than ${BODY_CAP} bytes` },
    };
  }

  const header = request.headers.get("x-cal-signature-256");
  const problem = await signatureProblem(body, { header, secrets: deps.secrets });
  if (problem !== null) return { status: 401, body: { outcome: "unauthorized", reason: problem } };

  return await keepAndDecide(body, deps);
}

/** From here on the event is Cal.com's: whatever it is, it is kept before anything is said about it. */
async function keepAndDecide(
  body: Uint8Array<ArrayBuffer>,
  { events, sendMails }: HandlerDeps,
): Promise<Answer> {
  let payload: Payload = toPayload(body);
  let stored = await events.store(payload);
  for (const toLess of [toTextPayload, toBytesPayload]) {
    if (stored.kind !== "refused") break;
    payload = toLess(
      body,
      payload.problem ?? `The database cannot keep the body as JSON (${stored.code})`,
    );
    stored = await events.store(payload);
  }
  if (stored.kind !== "stored") {
    return unavailable(`The database could not store the event (${stored.code}): send it again`);
  }

  const { trigger, problem: envelopeProblem } = checkEnvelope(payload.value);
  const problem = payload.problem ?? envelopeProblem;
  const decision = await events.decide(payload.value);

  if (problem !== null) {
    return {
      status: 422,
      body: { outcome: "failed", event_id: stored.eventId, ...decision, reason: problem },
    };
  }
  if (decision === null) {
    return {
      status: 200,
      body: {
        outcome: "failed",
        event_id: stored.eventId,
        trigger,
        reason:
          "The event is stored, but the database did not decide about it: this will be made up for",
      },
    };
  }
  sendMails();
  return { status: 200, body: decision };
}

function unavailable(reason: string): Answer {
  return {
    status: 503,
    body: { outcome: "unavailable", reason },
    headers: { "retry-after": "30" },
  };
}

/** A trigger is whatever a signed body says; only what looks like one may reach the log. */
function loggableTrigger(trigger: Json | undefined): string | undefined {
  return typeof trigger === "string" && /^[A-Z_]{1,64}$/.test(trigger) ? trigger : undefined;
}
