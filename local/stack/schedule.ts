import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import type { Database } from "./database.ts";
import { readable } from "./log-line.ts";

/** Milliseconds. On Supabase pg_cron calls every minute; nobody waits that long at a laptop. */
const EVERY = 10_000;

/** What the schedule works with. */
export interface ScheduleOptions {
  database: Pick<Database, "sql">;
  /** Has the due mails sent. Never rejects. */
  sendEmails: () => Promise<unknown>;
  log: (line: string) => void;
  /** Milliseconds between two rounds. */
  every?: number;
}

/**
 * Does what pg_cron does on Supabase: decides the events that were stored and left undecided, and
 * has the mails sent that are due.
 *
 * @returns stops it; resolves when no call is under way any more.
 */
export function startSchedule(
  { database, sendEmails, log, every = EVERY }: ScheduleOptions,
): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;

  async function decidePendingEvents() {
    while (!signal.aborted) {
      const [row] = await database.sql<{ answer: Record<string, unknown> | null }>(
        "select public.handle_pending_event() as answer",
      );
      if (!row?.answer) return;
      const { outcome, trigger, reason } = row.answer;
      log(readable("schedule", JSON.stringify({ outcome, trigger, reason })));
    }
  }

  async function run() {
    let problem = "";
    while (await delay(every, { signal }).then(() => true, () => false)) {
      const before = problem;
      problem = await decidePendingEvents().then(() => "", (error: Error) => error.message);
      if (problem && problem !== before) {
        log(readable("schedule", `cannot decide the events left undecided: ${problem}`));
      }
      await sendEmails();
    }
  }
  const running = run();

  return async () => {
    stopping.abort();
    await running;
  };
}
