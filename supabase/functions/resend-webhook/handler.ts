import { BODY_CAP, readBody } from "../_shared/body.ts";
import { DatabaseError } from "../_shared/database.ts";
import type { Json } from "../_shared/database.types.ts";
import { checkSignature } from "./signature.ts";

/** Everything the handler needs from outside. */
export interface HandlerDeps {
  /** The signing secrets of the webhooks at Resend. Empty: everybody is turned away. */
  secrets: readonly string[];
  /** Has the database decide about a report. Throws a {@linkcode DatabaseError}. */
  record: (id: string, report: Json) => Promise<Json>;
  log: (line: Record<string, unknown>) => void;
}

interface Answer {
  status: 200 | 401 | 405 | 413 | 422 | 503;
  body: Record<string, Json | undefined>;
  headers?: Record<string, string>;
}

/** Builds the handler: check, let the database decide, answer. What a report means is decided there. */
export function createHandler(deps: HandlerDeps): (request: Request) => Promise<Response> {
  return async (request) => {
    const { status, body, headers } = await receive(request, deps);
    deps.log({
      at: "resend-webhook",
      status,
      outcome: body.outcome,
      delivery: body.delivery,
      email_id: body.email_id,
    });
    return Response.json(body, { status, ...(headers && { headers }) });
  };
}

async function receive(request: Request, { secrets, record }: HandlerDeps): Promise<Answer> {
  if (request.method !== "POST") {
    return {
      status: 405,
      body: { outcome: "method_not_allowed", reason: "Resend sends a POST: send one" },
      headers: { allow: "POST" },
    };
  }
  const body = await readBody(request).catch(() => undefined);
  if (body === undefined) return unavailable("The body broke off before its end: send it again");
  if (body === null) {
    return {
      status: 413,
      body: { outcome: "too_large", reason: `The body has more than ${BODY_CAP} bytes` },
    };
  }

  const { headers } = request;
  const check = checkSignature(body, { headers, secrets });
  if (!check.isGenuine) {
    return { status: 401, body: { outcome: "unauthorized", reason: check.problem } };
  }
  const { report } = check;
  if (report === null || typeof report !== "object" || Array.isArray(report)) {
    return unusable("Signed, but not a JSON object");
  }

  try {
    const decision = await record(headers.get("svix-id")!, report);
    return { status: 200, body: decision as Answer["body"] };
  } catch (error) {
    const code = error instanceof DatabaseError ? error.code : "";
    // Data that Postgres cannot hold stays so, however often it is sent.
    if (code.startsWith("22")) return unusable(`The database cannot keep it (${code})`);
    return unavailable(`The database could not take it (${code || "no answer"}): send it again`);
  }
}

function unusable(reason: string): Answer {
  return { status: 422, body: { outcome: "failed", reason } };
}

function unavailable(reason: string): Answer {
  return {
    status: 503,
    body: { outcome: "unavailable", reason },
    headers: { "retry-after": "30" },
  };
}
