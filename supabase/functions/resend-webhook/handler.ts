import { DatabaseError } from "../_shared/database.ts";
import type { Json } from "../_shared/database.types.ts";
import { type Answer, type Body, createEndpoint } from "../_shared/http.ts";
import { toPayload } from "../_shared/payload.ts";
import { verifyHeaders, verifySignature } from "./signature.ts";

/** Everything the handler needs from outside. */
export interface HandlerDeps {
  /** The signing secrets of the webhooks at Resend. Empty: every request is refused. */
  secrets: readonly string[];
  /** Has the database decide about a report, by the id of its delivery. Throws DatabaseError. */
  process: (deliveryId: string, report: Json) => Promise<Json>;
  log: (line: Record<string, unknown>) => void;
}

/** Builds the handler: check, have the database decide what the report means, answer. */
export function createHandler(deps: HandlerDeps): (request: Request) => Promise<Response> {
  return createEndpoint({
    at: "resend-webhook",
    verifyHeaders,
    verify: (body, headers) => verifySignature(body, { headers, secrets: deps.secrets }),
    handle: (body, headers) => processReport(body, headers.get("svix-id") ?? "", deps),
    describe: ({ body }) => ({ delivery: body.delivery, email_id: body.email_id }),
    log: deps.log,
  });
}

async function processReport(
  body: Body,
  deliveryId: string,
  { process }: HandlerDeps,
): Promise<Answer> {
  const { value, problem } = toPayload(body);
  if (problem !== null) return unusable(problem);
  if (typeof value !== "object" || Array.isArray(value)) {
    return unusable("The body is not a JSON object");
  }
  try {
    return { status: 200, body: await process(deliveryId, value) as Answer["body"] };
  } catch (error) {
    // Data that Postgres cannot hold stays so, however often it is sent.
    if (error instanceof DatabaseError && error.code.startsWith("22")) {
      return unusable(`The database cannot keep it (${error.code})`);
    }
    throw error;
  }
}

function unusable(reason: string): Answer {
  return { status: 422, body: { outcome: "failed", reason } };
}
