import type { DatabaseClient } from "../_shared/database.ts";
import type { Json } from "../_shared/database.types.ts";
import type { Payload } from "./payload.ts";

/** What became of storing a raw event. */
export type Stored =
  | { kind: "stored"; eventId: string }
  /** The database is there and will never take this body as JSON. */
  | { kind: "refused"; code: string }
  /** The database could not take it, now. */
  | { kind: "unavailable"; code: string };

/** What `public.handle_calcom_event` answers; more keys than these. */
export interface Decision {
  outcome: string;
  [key: string]: Json | undefined;
}

/** The two things the webhook asks of the database. */
export interface EventStore {
  /** Keeps the raw event. Never throws. */
  store(payload: Payload): Promise<Stored>;
  /** Lets the database decide about a stored event; null when it could not be asked. Never throws. */
  decide(event: Json): Promise<Decision | null>;
}

/** Milliseconds. Together well under the ten seconds after which nobody should still be waiting. */
export interface Patience {
  /** Between attempts to store; one attempt more than there are pauses. */
  pauses: readonly number[];
  /** No new attempt to store begins later than this. */
  lastAttempt: number;
  /** One attempt to store. */
  store: number;
  /** The decision. */
  decide: number;
}

const PATIENCE: Patience = { pauses: [100, 300], lastAttempt: 1000, store: 2500, decide: 4500 };

/** SQLSTATE classes of a value that cannot be stored: data, constraint, limit of the program. */
const REFUSED = /^(22|23|54)/;

/** Talks to the database through its REST API. */
export function createEventStore(
  database: DatabaseClient,
  patience: Patience = PATIENCE,
): EventStore {
  async function insert(
    { value, rawBody }: Payload,
  ): Promise<Stored & { isWorthRetrying: boolean }> {
    try {
      const { data, error, status } = await database
        .from("calcom_events")
        .insert({ payload: value, raw_body: rawBody })
        .select("id")
        .abortSignal(AbortSignal.timeout(patience.store))
        .single();
      if (error === null) return { kind: "stored", eventId: data.id, isWorthRetrying: false };
      if (REFUSED.test(error.code)) {
        return { kind: "refused", code: error.code, isWorthRetrying: false };
      }
      // Status 0: no answer. 4xx: it will say the same the next time.
      return {
        kind: "unavailable",
        code: error.code || `status ${status}`,
        isWorthRetrying: status === 0 || status >= 500,
      };
    } catch {
      return { kind: "unavailable", code: "no answer", isWorthRetrying: true };
    }
  }

  return {
    async store(payload) {
      const start = performance.now();
      for (const pause of [...patience.pauses, null]) {
        const { isWorthRetrying, ...stored } = await insert(payload);
        const isLate = performance.now() - start + (pause ?? 0) > patience.lastAttempt;
        if (!isWorthRetrying || pause === null || isLate) return stored;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      throw new Error("Unreachable: the last attempt always returns");
    },

    // Once only: the event is safe by now, and whatever went wrong may have gone wrong after the
    // database decided.
    async decide(event) {
      try {
        const { data, error } = await database
          .rpc("handle_calcom_event", { event })
          .abortSignal(AbortSignal.timeout(patience.decide));
        return error === null && isDecision(data) ? data : null;
      } catch {
        return null;
      }
    },
  };
}

function isDecision(value: Json): value is Decision {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    typeof value.outcome === "string";
}
