// deno-lint-ignore-file no-console -- a command line program talks on the console
import { runCommand, TASK } from "./command.ts";
import { readRunningStack, STACK_OPTIONS } from "./running-stack.ts";
import { StackError } from "./stack/error.ts";

const HELP =
  `Has the Edge Function reconcile compare the log with Cal.com's bookings API, until that is done,
and prints what was missing.

  ${TASK} reconcile [--since DATE] [--dry-run] [--port PORT] [--env FILE]

  --since DATE  bring history in: all meetings that began since that day; no mail is written
  --dry-run     only say which events would be made up
  --port PORT   the local stack on this port (default: the one that runs)
  --env FILE    where the stack wrote its addresses, if it was told another file
  --help        this text

SUPABASE_URL and SUPABASE_SECRET_KEY in the environment name a project; without them it is the
running local stack. Ends with 1 when it could not be done.`;

/** Calls after which something is wrong: each reads thousands of bookings. */
const MAX_CALLS = 500;

/** Milliseconds between two calls, when another one is at it or Cal.com asks to wait. */
const PAUSE = 15_000;

/** What the function answers; more keys than these. */
interface Answer {
  outcome: string;
  reason?: string;
  tick?: string;
  created?: Record<string, number>;
  bookings?: number;
  known?: number;
  waiting?: number;
  skipped?: number | string;
  uids?: string[];
}

const OPTIONS = {
  ...STACK_OPTIONS,
  since: { type: "string" },
  "dry-run": { type: "boolean" },
} as const;

await runCommand(HELP, OPTIONS, async (options) => {
  const { since } = options;
  if (since !== undefined && !(/^\d{4}-\d\d-\d\d$/.test(since) && !isNaN(Date.parse(since)))) {
    throw new StackError(`--since takes a day like 2026-01-01, not "${since}".`);
  }
  const project = await findProject(options);
  const sum = { created: {} as Record<string, number>, bookings: 0, waiting: 0, skipped: 0 };
  /** What one call has compared the next one may compare again, in another pass. */
  const uids = new Set<string>();
  let tick: string | undefined;
  for (let calls = 1; calls <= MAX_CALLS; calls++) {
    const answer = await ask(project, {
      ...(since !== undefined && { since }),
      ...(tick !== undefined && { tick }),
      dry_run: options["dry-run"] ?? false,
      list: true,
    });
    ({ tick } = answer);
    for (const [trigger, count] of Object.entries(answer.created ?? {})) {
      sum.created[trigger] = (sum.created[trigger] ?? 0) + count;
    }
    const again = (answer.uids ?? []).filter((uid) => uids.has(uid));
    for (const uid of answer.uids ?? []) uids.add(uid);
    sum.bookings += (answer.bookings ?? 0) - again.length;
    sum.waiting += answer.waiting ?? 0;
    sum.skipped += Number(answer.skipped) || 0;
    const isDone = answer.outcome === "done";
    if (isDone || (answer.outcome !== "goes_on" && answer.outcome !== "busy")) {
      if (isDone || sum.bookings > 0) tell(sum, options["dry-run"] ?? false, isDone);
      if (!isDone || answer.reason) console.error(answer.reason ?? answer.outcome);
      return isDone ? 0 : 1;
    }
    console.log(`${sum.bookings} bookings so far. ${answer.reason ?? ""}`);
    const pause = answer.outcome === "busy" || (answer.bookings ?? 0) === 0 ? PAUSE : 0;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  console.error("It does not come to an end: look at the table reconciliations.");
  return 1;
});

interface Project {
  url: string;
  key: string;
}

async function findProject(choice: { port?: string; env?: string }): Promise<Project> {
  const [url, key] = [Deno.env.get("SUPABASE_URL"), Deno.env.get("SUPABASE_SECRET_KEY")];
  if (url && key && choice.port === undefined && choice.env === undefined) return { url, key };
  const stack = await readRunningStack(choice);
  if (!stack?.SUPABASE_URL || !stack.SUPABASE_SECRET_KEY) {
    throw new StackError(
      `The local stack is not running. Start it in another terminal: ${TASK} start. For a project, ` +
        "set SUPABASE_URL and SUPABASE_SECRET_KEY.",
    );
  }
  return { url: stack.SUPABASE_URL, key: stack.SUPABASE_SECRET_KEY };
}

async function ask({ url, key }: Project, wish: Record<string, unknown>): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(new URL("/functions/v1/reconcile", url), {
      method: "POST",
      headers: { apikey: key, "content-type": "application/json" },
      body: JSON.stringify(wish),
    });
  } catch {
    throw new StackError(`Nothing answers at ${new URL(url).host}.`);
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.status === 401) throw new StackError("The secret key is not one of this project.");
  if (response.status === 404) {
    throw new StackError("The project has no function reconcile: deploy it first.");
  }
  if (typeof body !== "object" || body === null || !("outcome" in body)) {
    throw new StackError(`The function reconcile answers ${response.status}.`);
  }
  return body as Answer;
}

function tell(
  { created, bookings, waiting, skipped }: {
    created: Record<string, number>;
    bookings: number;
    waiting: number;
    skipped: number;
  },
  isDryRun: boolean,
  isDone: boolean,
): void {
  console.log(`${bookings === 1 ? "1 booking" : `${bookings} bookings`} compared with the log.`);
  const lines = Object.entries(created).map(([trigger, count]) => `  ${count} ${trigger}`);
  if (lines.length === 0) {
    if (isDone) console.log("Nothing was missing.");
  } else console.log([isDryRun ? "Would be made up:" : "Made up:", ...lines].join("\n"));
  if (waiting > 0) console.log(`${waiting} were touched just now and wait for the next time.`);
  if (skipped > 0) console.log(`${skipped} were skipped: see skipped_reasons in reconciliations.`);
}
