import type { Database } from "./stack-database.ts";

/** Milliseconds. On Supabase pg_cron calls every minute; nobody waits that long at a laptop. */
const EVERY = 10_000;

/**
 * Does what pg_cron does on Supabase: decides the events that were stored and left undecided.
 *
 * @returns stops it; resolves when no call is under way any more.
 */
export function startSchedule(
  database: Database,
  log: (line: string) => void,
  every = EVERY,
): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => handlePendingEvents(database, log));
  }, every);
  return () => {
    clearInterval(timer);
    return running;
  };
}

async function handlePendingEvents(
  database: Database,
  log: (line: string) => void,
): Promise<void> {
  try {
    const [row] = await database.sql<{ outcomes: Record<string, number> }>(
      "select public.handle_pending_events() as outcomes",
      [],
    );
    const outcomes = Object.entries(row?.outcomes ?? {});
    if (outcomes.length > 0) {
      log(`Picked up events left undecided: ${outcomes.map((pair) => pair.join(" ")).join(", ")}`);
    }
  } catch (error) {
    log(`Cannot pick up events left undecided: ${error}`);
  }
}
