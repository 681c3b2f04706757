// deno-lint-ignore-file no-console -- a command line program talks on the console
import { runCommand, TASK } from "../local/command.ts";
import { explainProject } from "./apis/auth.ts";
import { SetupError } from "./error.ts";
import { Redactor } from "./secrets.ts";
import { readSettings } from "./settings.ts";
import { findTarget, HOW_TO_NAME, type Target } from "./target.ts";

const HELP =
  `Has the Edge Function reconcile compare the log with Cal.com's bookings API, until that is done,
and prints what was missing.

  ${TASK} reconcile [--since DATE] [--dry-run] [--port PORT] [--env FILE]

  --since DATE  bring history in: all meetings that began since that day; no mail is written
  --dry-run     only say which events would be made up
  --port PORT   the local stack on this port (default: the one that runs)
  --env FILE    a file of NAME=value lines that count before the environment
  --help        this text

${HOW_TO_NAME} Ends with 1 when it could not be done.`;

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
  port: { type: "string" },
  env: { type: "string" },
  since: { type: "string" },
  "dry-run": { type: "boolean" },
} as const;

await runCommand(HELP, OPTIONS, async (options, words) => {
  const { since } = options;
  if (words.length > 0) throw new SetupError(`What is "${words[0]}"? See --help.`);
  if (since !== undefined && !(/^\d{4}-\d\d-\d\d$/.test(since) && !isNaN(Date.parse(since)))) {
    throw new SetupError(`--since takes a day like 2026-01-01, not "${since}".`);
  }
  const project = await findTarget(await readSettings(options.env), options.port, new Redactor());
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
    console.log(`${describeCount(sum.bookings)} so far. ${answer.reason ?? ""}`);
    const pause = answer.outcome === "busy" || (answer.bookings ?? 0) === 0 ? PAUSE : 0;
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  console.error("It does not come to an end: look at the table reconciliations.");
  return 1;
});

async function ask({ url, key }: Target, wish: Record<string, unknown>): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(new URL("/functions/v1/reconcile", url), {
      method: "POST",
      headers: { apikey: key, "content-type": "application/json" },
      body: JSON.stringify(wish),
    });
  } catch {
    throw new SetupError(
      `Nothing answers at ${new URL(url).host}. Look at your connection, or at SUPABASE_URL.`,
    );
  }
  const body: unknown = await response.json().catch(() => null);
  const isAnswer = typeof body === "object" && body !== null && "outcome" in body;
  if (isAnswer && response.status !== 401) return body as Answer;
  throw new SetupError(explain(response.status));
}

/** What to do about an answer that is none of the function's. */
function explain(status: number): string {
  if (status === 401) {
    return "The secret key is not one of this project: set SUPABASE_SECRET_KEY to one of its dashboard, " +
      "Settings → API Keys.";
  }
  if (status === 404) {
    return `The project has no function reconcile: ${TASK} connect deploys it.`;
  }
  return explainProject(status, "") ??
    `The function reconcile answers ${status}: its log in Supabase's dashboard says why.`;
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
  console.log(`${describeCount(bookings)} compared with the log.`);
  const lines = Object.entries(created).map(([trigger, count]) => `  ${count} ${trigger}`);
  if (lines.length === 0) {
    if (isDone) console.log("Nothing was missing.");
  } else console.log([isDryRun ? "Would be made up:" : "Made up:", ...lines].join("\n"));
  const was = (count: number) => count === 1 ? "was" : "were";
  if (waiting > 0) {
    console.log(`${waiting} ${was(waiting)} touched just now, and left to the next time.`);
  }
  if (skipped > 0) {
    console.log(`${skipped} ${was(skipped)} skipped: see skipped_reasons in reconciliations.`);
  }
}

function describeCount(bookings: number): string {
  return bookings === 1 ? "1 booking" : `${bookings} bookings`;
}
