import { retry, RetryError } from "npm:deno-std@1.4.0/async/retry.js";
import { call, type DatabaseClient, DatabaseError, unwrap } from "../_shared/database.ts";
import type { Json } from "../_shared/database.types.ts";
import type { Payload } from "../_shared/payload.ts";

/** What became of storing a raw event. */
export type Stored =
  | { kind: "stored"; eventId: string }
  /** The database is there and will never take this body as JSON. */
  | { kind: "refused"; code: string }
  /** The database could not take it, now. */
  | { kind: "unavailable"; code: string };

/** What `public.handle_calcom_event` answers; more keys than these. */
export interface Decision {
  event_id: string;
  outcome: typeof OUTCOMES[number];
  reason?: string | null;
  /** Null when the body is no event. */
  trigger?: string | null;
  [key: string]: unknown;
}

const OUTCOMES = ["applied", "duplicate", "ignored", "waiting", "failed"] as const;

/** The two things the webhook asks of the database. */
export interface EventStore {
  /** Keeps the raw event. Never throws. */
  store(payload: Payload): Promise<Stored>;
  /** Has the database decide a stored event; null when it did not in time. Never throws. */
  process(event: Json): Promise<Decision | null>;
}

/** Milliseconds. Together well under the ten seconds after which nobody should still be waiting. */
export interface Timeouts {
  /** One attempt to store. */
  store: number;
  /** Before the second attempt to store; three times as long before each further one. */
  pause: number;
  /** After that no failed attempt to store is followed by another. */
  lastAttempt: number;
  /** The decision. */
  process: number;
}

const TIMEOUTS: Timeouts = { store: 2500, pause: 100, lastAttempt: 900, process: 4500 };

/** SQLSTATE classes of a value that cannot be stored: data, constraint, limit of the program. */
const REFUSED = /^(22|23|54)/;

/** Connects to the log of events through the database's REST API. */
export function createEventStore(
  database: DatabaseClient,
  timeouts: Timeouts = TIMEOUTS,
): EventStore {
  async function insert({ value, rawBody }: Payload): Promise<Stored> {
    const { id } = await unwrap(
      database
        .from("calcom_events")
        .insert({ payload: value, raw_body: rawBody })
        .select("id")
        .abortSignal(AbortSignal.timeout(timeouts.store))
        .single(),
    );
    return { kind: "stored", eventId: id };
  }

  return {
    async store(payload) {
      const start = performance.now();
      try {
        return await retry(() => insert(payload), {
          maxAttempts: 3,
          minTimeout: timeouts.pause,
          multiplier: 3,
          jitter: 0,
          isRetriable: (error) =>
            isTransient(error) && performance.now() - start < timeouts.lastAttempt,
        });
      } catch (error) {
        return toFailure(error instanceof RetryError ? error.cause : error);
      }
    },

    // Once only: the event is safe by now, and whatever went wrong may have gone wrong after the
    // database decided.
    async process(event) {
      try {
        const answer = await call(
          database.rpc("handle_calcom_event", { event }),
          timeouts.process,
        );
        return isDecision(answer) ? answer : null;
      } catch {
        return null;
      }
    },
  };
}

/** What stands between the function and the database may answer 200 with anything. */
function isDecision(answer: unknown): answer is Decision {
  const { event_id, outcome } = (answer ?? {}) as Record<string, unknown>;
  return typeof event_id === "string" && OUTCOMES.some((known) => known === outcome);
}

/** No answer, or a 5xx: the next attempt may succeed. A 4xx would come again. */
function isTransient(error: unknown): boolean {
  return !(error instanceof DatabaseError) || error.status === 0 || error.status >= 500;
}

function toFailure(error: unknown): Stored {
  if (!(error instanceof DatabaseError)) return { kind: "unavailable", code: "no answer" };
  const { code, status } = error;
  return REFUSED.test(code)
    ? { kind: "refused", code }
    : { kind: "unavailable", code: code || `status ${status}` };
}
