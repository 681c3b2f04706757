// deno-lint-ignore-file no-console -- a command line program talks on the console
import { runCommand, TASK } from "../local/command.ts";
import { createContext, type NeededKey } from "./context.ts";
import { SetupError } from "./error.ts";
import { Looker } from "./look.ts";
import { Redactor } from "./secrets.ts";
import { readSettings, WHERE } from "./settings.ts";
import { type Finding, worstOf } from "./finding.ts";
import { STEPS } from "./steps/all.ts";
import { createTalk, describe } from "./talk.ts";

const HELP =
  `Looks whether everything is set up and well: Supabase, Resend, Cal.com and the database.
Changes nothing.

  ${TASK} doctor [--json] [--env FILE]

  --json       for machines: {"state": "ok", "checks": [{"name", "state", "found", "todo"}, …]}
  --env FILE   a file of NAME=value lines that count before the environment
  --help       this text

Needs SUPABASE_ACCESS_TOKEN and SUPABASE_PROJECT_REF; what is behind CALCOM_API_KEY and RESEND_API_KEY
is looked at when they are there. A token that can only read is enough for all but Vault and health.

Ends with 1 when something is wrong. A warning is no error.`;

const OPTIONS = { json: { type: "boolean" }, env: { type: "string" } } as const;

const KEYS: readonly NeededKey[] = [
  ...["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF", "CALCOM_API_KEY", "RESEND_API_KEY"] as const,
];

await runCommand(HELP, OPTIONS, async ({ json = false, env }, words) => {
  if (words.length > 0) throw new SetupError(`What is "${words[0]}"? See --help.`);
  const settings = await readSettings(env);
  if (KEYS.every((name) => settings[name] === undefined)) {
    throw new SetupError(
      `There is nothing to look with. Set ${
        KEYS.map((name) => `${name} (from ${WHERE[name]})`).join(", ")
      }; or some of them.`,
    );
  }
  const redactor = new Redactor();
  const talk = createTalk(redactor, { isYes: true });
  // What a wait is for is of no interest to a machine.
  const quiet = json ? { ...talk, say: () => {} } : talk;
  const context = createContext(settings, quiet, redactor, { isReadOnly: true });
  const looker = new Looker(context);
  const width = Math.max(...STEPS.map(({ title }) => title.length));

  const checks: ({ name: string } & Finding)[] = [];
  for (const step of STEPS) {
    const { plan, todo, isQuestion: _, ...finding } = await looker.look(step);
    const help = plan?.length && finding.state !== "ok" ? [`${TASK} connect mends it`] : [];
    const check = { name: step.name, ...finding, todo: [...todo ?? [], ...help] };
    checks.push(check);
    if (!json) talk.say(describe(step.title, check, width));
  }
  const state = worstOf(checks.map((check) => check.state));
  if (json) console.log(redactor.clean(JSON.stringify({ state, checks }, null, 2)));
  else talk.say(`\n${summarize(checks)}`);
  return state === "wrong" ? 1 : 0;
});

function summarize(checks: Finding[]): string {
  const count = (state: Finding["state"]) => checks.filter((check) => check.state === state).length;
  const parts = [
    `${count("ok")} ok`,
    `${count("warning")} ${count("warning") === 1 ? "warning" : "warnings"}`,
    `${count("wrong")} wrong`,
    ...count("skipped") === 0 ? [] : [`${count("skipped")} not looked at`],
  ];
  return `${parts.join(", ")}.`;
}
