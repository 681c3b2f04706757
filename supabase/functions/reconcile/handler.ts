import { isKnownCaller, type KnownCallers } from "../_shared/caller.ts";
import { type Answer, type Body, createEndpoint } from "../_shared/http.ts";
import type { Reconciliation, Wish } from "./reconcile.ts";

/** Everything the handler needs from outside. */
export interface HandlerDeps extends KnownCallers {
  /** Compares what it can in the time that a function has. */
  reconcile: (wish: Wish) => Promise<Reconciliation>;
  log: (line: Record<string, unknown>) => void;
}

/** Bytes: a date and two words. */
const MAX_BYTES = 64 * 1024;

const SECRET = "x-reconcile-secret";

/** Builds the handler: accept the schedule and the project itself, compare, say what was missing. */
export function createHandler(deps: HandlerDeps): (request: Request) => Promise<Response> {
  return createEndpoint({
    at: "reconcile",
    maxBytes: MAX_BYTES,
    verifyHeaders: async (headers) =>
      await isKnownCaller(headers, SECRET, deps)
        ? null
        : `${SECRET} is not RECONCILE_SECRET, and there is no secret key of the project either`,
    handle: async (body) => {
      const wish = readWish(body);
      if (typeof wish === "string") return notUnderstood(wish);
      return { status: 200, body: await deps.reconcile(wish) };
    },
    describe: ({ body }) => body.created === undefined ? {} : { created: body.created },
    log: deps.log,
  });
}

function notUnderstood(reason: string): Answer {
  return { status: 422, body: { outcome: "not_understood", reason } };
}

/** @returns what is wrong with it, as a sentence, when it is no wish */
function readWish(body: Body): Wish | string {
  const text = new TextDecoder().decode(body).trim();
  let json: unknown;
  try {
    json = JSON.parse(text || "{}");
  } catch {
    return 'The body is not JSON. Send {} or {"since": "2026-01-01", "dry_run": true}';
  }
  const { since = null, tick = null, dry_run: isDryRun = false, list: isListing = false } =
    (json ?? {}) as Record<string, unknown>;
  if (since !== null && !isMoment(since)) return '"since" is no date like "2026-01-01"';
  if (tick !== null && !isMoment(tick)) return '"tick" is not what an earlier answer said';
  if (typeof isDryRun !== "boolean") return '"dry_run" is true or false';
  if (typeof isListing !== "boolean") return '"list" is true or false';
  return { since, tick, isDryRun, isListing };
}

function isMoment(value: unknown): value is string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && !isNaN(Date.parse(value));
}
