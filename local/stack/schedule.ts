import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import type { Database } from "./database.ts";
import { readable } from "./log-line.ts";

/** Milliseconds. On Supabase pg_cron calls every minute; nobody waits that long at a laptop. */
const EVERY = 10_000;
/** Milliseconds between two looks at how things are, as on Supabase. */
const CHECK_EVERY = 600_000;

/** What the schedule works with. */
export interface ScheduleOptions {
  database: Pick<Database, "sql">;
  /** Has the due mails sent. Never rejects. */
  sendEmails: () => Promise<unknown>;
  log: (line: string) => void;
  /** Milliseconds between two rounds. */
  every?: number;
  /** Milliseconds between two looks at how things are, at the least. */
  checkEvery?: number;
}

/**
 * Does what pg_cron does on Supabase: decides the events that were stored and left undecided, looks
 * how things are, and has the mails sent that are due.
 *
 * @returns stops it; resolves when no call is under way any more.
 */
export function startSchedule(
  { database, sendEmails, log, every = EVERY, checkEvery = CHECK_EVERY }: ScheduleOptions,
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

  let nextCheck = 0;
  async function checkHealth() {
    if (performance.now() < nextCheck) return;
    nextCheck = performance.now() + checkEvery;
    await database.sql("select crm.check_health()");
  }

  /** Says what goes wrong, once for as long as it goes on. */
  function watched(what: string, step: () => Promise<void>): () => Promise<void> {
    let problem = "";
    return async () => {
      const before = problem;
      problem = await step().then(() => "", (error: Error) => error.message);
      if (problem && problem !== before) log(readable("schedule", `cannot ${what}: ${problem}`));
    };
  }

  async function run() {
    const decide = watched("decide the events left undecided", decidePendingEvents);
    const check = watched("look how things are", checkHealth);
    while (await delay(every, { signal }).then(() => true, () => false)) {
      await decide();
      await check();
      await sendEmails();
    }
  }
  const running = run();

  return async () => {
    stopping.abort();
    await running;
  };
}
