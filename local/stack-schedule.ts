import type { Database } from "./stack-database.ts";
import type { EdgeFunctions } from "./stack-functions.ts";

/** Milliseconds. On Supabase pg_cron calls every minute; nobody waits that long at a laptop. */
const EVERY = 10_000;

/** What the schedule works with. */
export interface ScheduleOptions {
  database: Database;
  /** Has the due mails sent. Never rejects. */
  sendEmails: () => Promise<void>;
  log: (line: string) => void;
  /** Milliseconds between two calls. */
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
  let running: Promise<void> | null = null;
  const timer = setInterval(() => {
    // A call that takes longer than the pause is waited for, not doubled.
    running ??= handlePendingEvents(database, log).then(sendEmails).then(() => {
      running = null;
    });
  }, every);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

/** Calls the Edge Function as pg_net would; a project without one has no mails to send. */
export function sendEmailsOf(
  functions: EdgeFunctions,
  { url, secretKey, log }: { url: string; secretKey: string; log: (line: string) => void },
): () => Promise<void> {
  return async () => {
    const request = new Request(`${url}/functions/v1/send-emails`, {
      method: "POST",
      headers: { apikey: secretKey },
    });
    const answer = await functions.fetch("send-emails", request);
    if (answer !== null && !answer.ok) log(`[send-emails] answered ${await answer.text()}`);
    else await answer?.body?.cancel();
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
