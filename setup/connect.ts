import { z } from "npm:zod@4.6.7";
import { runCommand, TASK } from "../local/command.ts";
import { type Context, createContext, type NeededKey, requireKeys } from "./context.ts";
import { provePing } from "./door.ts";
import { SetupError } from "./error.ts";
import { Looker } from "./look.ts";
import { rotate } from "./rotate.ts";
import { Redactor } from "./secrets.ts";
import { parseSettings, readSettings, SECRET_SETTINGS, type Settings, WHERE } from "./settings.ts";
import { type Finding, type State, worstOf } from "./finding.ts";
import type { Step } from "./step.ts";
import { readBrands } from "./senders.ts";
import { STEPS } from "./steps/all.ts";
import { resendKey } from "./steps/resend-key.ts";
import { senders } from "./steps/senders.ts";
import { createTalk, describe, type Talk } from "./talk.ts";
import { listSecrets, readOurWebhooks } from "./webhooks.ts";

const HELP =
  `Puts this project live, or mends what is missing or wrong: Supabase, Resend and Cal.com.
Says at each step what it found, what it will do and what it did. It can be run again at any time,
also after it was stopped in the middle, and after a new version of the project was fetched.

  ${TASK} connect [--yes] [--dry-run] [--rotate] [--env FILE]

  --yes        asks nothing
  --dry-run    says what it would do, and does nothing
  --rotate     gives the webhook at Cal.com another secret; both are valid meanwhile, and a minute more
  --env FILE   a file of NAME=value lines that count before the environment
  --help       this text

Takes from the environment, and asks for what is missing:

  SUPABASE_ACCESS_TOKEN   ${WHERE.SUPABASE_ACCESS_TOKEN}
  SUPABASE_PROJECT_REF    ${WHERE.SUPABASE_PROJECT_REF}
  CALCOM_API_KEY          ${WHERE.CALCOM_API_KEY}
  RESEND_API_KEY          ${WHERE.RESEND_API_KEY};
                          not needed once Resend is set up
  SENDERS                 your brands, like "Example Team <team@example.com>; hi@second.example";
                          "keep" leaves the six of a fresh install
  ALERT_ADDRESS           who gets a mail when something is wrong
  BOARD_OPERATOR          who is to be the first operator of the board, and lets others in
  CALCOM_API_URL          another Cal.com than ${"https://api.cal.com/v2"}
  CALCOM_WEBHOOK_SECRET   the secrets of webhooks that you have made by hand, separated by commas
  SUPABASE_SECRET_KEY     where the access token may not see the keys of the project

Ends with 1 when something is left to do.`;

const OPTIONS = {
  yes: { type: "boolean" },
  "dry-run": { type: "boolean" },
  rotate: { type: "boolean" },
  env: { type: "string" },
} as const;

/** What there is no run without. Whether it needs a key of Resend, its step says. */
const REQUIRED: readonly NeededKey[] = [
  ...["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF", "CALCOM_API_KEY"] as const,
];
const KEYS: readonly NeededKey[] = [...REQUIRED, "RESEND_API_KEY"];

const WIDTH = Math.max(...STEPS.map(({ title }) => title.length));

/** What became of a step. */
type Result = { step: Step; finding: Finding };

await runCommand(HELP, OPTIONS, async (values, words) => {
  if (words.length > 0) throw new SetupError(`What is "${words[0]}"? See --help.`);
  const given = await readSettings(values.env);
  const redactor = new Redactor();
  const talk = createTalk(redactor, { isYes: values.yes ?? false });
  // For a change of secrets nothing of Resend's is needed.
  const keys = values.rotate ? REQUIRED : KEYS;
  const settings = askForKeys(given, talk, keys);
  // All at once: nobody wants to hear of one after the other.
  if (REQUIRED.some((name) => settings[name] === undefined)) requireKeys(settings, keys);
  const isDryRun = values["dry-run"] ?? false;
  const context = createContext(settings, talk, redactor, { isReadOnly: false, isDryRun });
  try {
    if (!values.rotate) return await connect(context, isDryRun);
    if (isDryRun) throw new SetupError("--rotate has no --dry-run.");
    await rotate(context);
    return await finish(context, []);
  } catch (error) {
    if (error instanceof Error) error.message = redactor.clean(error.message);
    throw error;
  }
});

/** The settings with the keys that somebody typed. */
function askForKeys(settings: Settings, talk: Talk, keys: readonly NeededKey[]): Settings {
  if (!talk.canAsk) return settings;
  const answers: Partial<Record<NeededKey, string>> = {};
  for (const name of keys) {
    if (settings[name] !== undefined) continue;
    const isSecret = SECRET_SETTINGS.some((one) => one === name);
    const where = name === "RESEND_API_KEY"
      ? `${WHERE[name]}; empty: none, where Resend is set up already`
      : WHERE[name];
    const question = `${name} (from ${where}):`;
    while (true) {
      const answer = talk.ask(question, name, { isSecret });
      if (answer === "") break;
      // Each by itself: nobody wants to type all of them again because one was wrong.
      const problem = findMistake(name, answer);
      if (problem === null) {
        answers[name] = answer;
        break;
      }
      talk.say(problem);
    }
  }
  return parseSettings({ ...settings, ...answers });
}

/** Says why a value cannot be right, without the value; null when it may be. */
function findMistake(name: NeededKey, value: string): string | null {
  try {
    parseSettings({ [name]: value });
    return null;
  } catch (error) {
    if (error instanceof SetupError) return error.message;
    throw error;
  }
}

/** Goes through the steps. @returns the exit code */
async function connect(context: Context, isDryRun: boolean): Promise<number> {
  const { talk } = context;
  if (!isDryRun) await requireSenders(context);
  const looker = new Looker(context);
  const results: Result[] = [];
  for (const step of STEPS) {
    const finding = await looker.look(step);
    talk.say(describe(step.title, finding, WIDTH));
    const after = isDryRun || !finding.plan?.length
      ? finding
      : await mend(context, looker, { step, finding }, results);
    if (isDryRun) finding.plan?.forEach((line) => talk.say(`  would ${line}`));
    results.push({ step, finding: after });
    const isStopped = step.isRequired && after.state === "wrong" &&
      !(isDryRun && after.plan?.length);
    if (isStopped) throw new SetupError(describeStop(results));
  }
  if (isDryRun) {
    talk.say("\nNothing was changed.");
    return 0;
  }
  return await finish(context, results);
}

/** What nobody can be asked for later is missing now, or cannot be read, before anything is done. */
async function requireSenders(context: Context): Promise<void> {
  const { talk, settings } = context;
  if (settings.SENDERS !== undefined) return void readBrands(settings.SENDERS);
  if (talk.canAsk) return;
  // A looker of its own: what stops it is told at the step that it belongs to.
  const { plan } = await new Looker(context).look(senders);
  if (!plan?.length) return;
  throw new SetupError(
    'Nobody can be asked here: set SENDERS to your brands, like "Example Team <team@example.com>; ' +
      'hi@second.example", or to "keep" for the six of a fresh install.',
  );
}

/** Does what is to be done about a finding, and looks again. */
async function mend(
  { talk, forget, ...context }: Context,
  looker: Looker,
  { step, finding }: Result,
  done: Result[],
): Promise<Finding> {
  for (const line of finding.plan!) talk.say(`  will ${line}`);
  if (!finding.isQuestion && !talk.confirm("  Go on?", true)) {
    return { ...finding, todo: [...finding.todo ?? [], "left undone"] };
  }
  try {
    await step.mend!({ ...context, talk, forget });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new SetupError(`${error.message}\n\n${describeStop([...done, { step, finding }])}`);
  }
  forget();
  const after = await looker.look(step);
  talk.say(describe(step.title, after, WIDTH));
  return after;
}

/** Nothing half done is left unsaid. What is wrong with the last step was said. */
function describeStop(results: Result[]): string {
  const { step } = results.at(-1)!;
  const before = results.slice(0, -1);
  const list = (what: string, names: string[]) =>
    names.length === 0 ? "" : `${what}: ${names.join(", ")}.`;
  const titles = (...states: State[]) =>
    before.filter(({ finding }) => states.includes(finding.state)).map((one) => one.step.title);
  const rest = STEPS.slice(STEPS.indexOf(step) + 1).map(({ title }) => title);
  return [
    `Stopped at "${step.title}".`,
    list("Done", titles("ok", "warning")) || "Nothing was done before it.",
    list("Not looked at", titles("skipped")),
    list("Not done yet", [...titles("wrong"), ...rest]),
    "Run the same command again once that is mended: it goes on from here.",
  ].filter(Boolean).join("\n");
}

/** Proves that it works, and says what is left to a person. */
async function finish(context: Context, results: Result[]): Promise<number> {
  const { talk, settings } = context;
  const problem = await prove(context).then(
    (proof) => void talk.say(`\nProved: ${proof}.`),
    (error) => {
      if (!(error instanceof SetupError)) throw error;
      talk.say(`\nNot proved: ${error.message}`);
      return error;
    },
  );
  const states = results.map(({ finding }) => finding.state);
  const state = worstOf([...states, problem ? "wrong" : "ok"]);
  const dashboard = `https://supabase.com/dashboard/project/${settings.SUPABASE_PROJECT_REF}`;
  sayWhatIsLeft(talk, "Left to you", results, ["wrong", "warning"]);
  sayWhatIsLeft(talk, "Not looked at", results, ["skipped"]);
  const verdict = state === "wrong"
    ? "Not all of it is connected. Run the same command again once what is left is mended."
    : `${
      states.includes("skipped") ? "Connected, but for what was not looked at." : "Connected."
    } Book a meeting, and look at the tables: ${dashboard}/editor`;
  talk.say(`\n${verdict}\nWhether all is well tells: ${TASK} doctor`);
  if (results.length > 0 && !problem && !await hasReconciled(context)) {
    talk.say(
      `What was booked before: ${TASK} reconcile --since ${
        daysAgo(14)
      } brings it in and writes to ` +
        "nobody. Otherwise it comes\nwithin the hour, and who booked within the last day gets a mail.",
    );
  }
  if (results.length > 0) {
    talk.say(
      `The board: ${TASK} board serves it on this machine, and\n` +
        `${TASK} board build writes it as files, for any place that serves files.\n` +
        `Let others in with ${TASK} invite ADDRESS --role sales`,
    );
  }
  const hasFullKey = results.some((one) => one.step === resendKey && one.finding.state === "ok");
  if (hasFullKey && state !== "wrong") {
    talk.say("The key of Resend with full access is not needed any more, nor for a new version.");
  }
  return state === "wrong" ? 1 : 0;
}

/** Whether somebody has compared the log with Cal.com's bookings, as far as that can be seen. */
async function hasReconciled({ supabase }: Context): Promise<boolean> {
  try {
    const [row] = await supabase.select(
      z.object({ has_run: z.boolean() }),
      "select exists (select from public.reconciliations as r where not r.is_dry_run) as has_run",
    );
    return row?.has_run ?? false;
  } catch (error) {
    if (error instanceof SetupError) return true;
    throw error;
  }
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, "2026-01-01".length);
}

/** The steps that ended in one of these states, each with what is to be done. */
function sayWhatIsLeft(talk: Talk, title: string, results: Result[], states: State[]): void {
  const left = results.filter(({ finding }) => states.includes(finding.state));
  if (left.length === 0) return;
  talk.say(`\n${title}:`);
  for (const { step, finding } of left) {
    const parts = (finding.parts ?? []).filter((part) => states.includes(part.state));
    const arrows = (todo: string[] = []) => todo.map((line) => `    → ${line}`);
    const lines = [
      `  ${step.title}: ${finding.found}`,
      ...arrows(finding.todo),
      ...parts.flatMap((part) => [`    ${part.name}: ${part.found}`, ...arrows(part.todo)]),
    ];
    talk.say(lines.join("\n"));
  }
}

/** The whole way: signed as Cal.com signs, through the real door, into the log. */
async function prove(context: Context): Promise<string> {
  const [secret] = await listSecrets(context);
  if (secret === undefined) {
    const { length } = await readOurWebhooks(context);
    throw new SetupError(
      length === 0
        ? "no webhook at Cal.com leads here."
        : "the webhook at Cal.com has no secret that is of use, so what it sends is refused.",
    );
  }
  return await provePing(context, secret);
}
