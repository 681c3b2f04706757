// deno-lint-ignore-file no-console -- a command line program talks on the console
/** What is said to the person at the keyboard, and asked. */
import { bold, dim, green, red, setColorEnabled, yellow } from "npm:deno-std@1.4.0/fmt/colors.js";
import { promptSecret } from "npm:deno-std@1.4.0/cli/prompt_secret.js";
import { SetupError } from "./error.ts";
import type { Redactor } from "./secrets.ts";
import type { Finding, State } from "./finding.ts";

/** How to talk. */
export interface Talk {
  /** Prints lines; nothing secret can be in them. */
  say(text: string): void;
  /** Whether there is somebody to ask. */
  canAsk: boolean;
  /**
   * Asks for a text.
   * @param variable what gives the answer where nobody can be asked
   * @throws {SetupError} naming the variable when nobody can be asked
   */
  ask(question: string, variable: string, options?: { isSecret?: boolean }): string;
  /** Asks for a yes; without anybody to ask it is the answer that is meant for `--yes`. */
  confirm(question: string, otherwise: boolean): boolean;
}

/** As promptSecret sets it: Ctrl-C goes on to end the program. */
const RAW = Deno.build.os === "windows" ? undefined : { cbreak: true };

/** Talks through the terminal. @param isYes `--yes`: nothing is asked */
export function createTalk(redactor: Redactor, { isYes }: { isYes: boolean }): Talk {
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  const canAsk = !isYes && Deno.stdin.isTerminal();
  return {
    canAsk,
    say: (text) => console.log(redactor.clean(text)),
    ask: (question, variable, { isSecret = false } = {}) => {
      if (!canAsk) throw new SetupError(`Nobody can be asked here: set ${variable}. (${question})`);
      // Before the question is shown: a key that is pasted at once would be, too.
      if (isSecret) Deno.stdin.setRaw(true, RAW);
      const answer = isSecret ? promptSecret(`${question} `) : prompt(question);
      return (answer ?? "").trim();
    },
    confirm: (question, otherwise) => {
      if (!canAsk) return otherwise;
      const answer = (prompt(`${question} [${otherwise ? "Y/n" : "y/N"}]`) ?? "").trim();
      return answer === "" ? otherwise : /^y(es)?$/i.test(answer);
    },
  };
}

const MARKS: Record<State, string> = { ok: "ok", warning: "warning", wrong: "wrong", skipped: "–" };
const COLORS: Record<State, (text: string) => string> = {
  ok: green,
  warning: yellow,
  wrong: red,
  skipped: dim,
};
const WIDTH = Math.max(...Object.values(MARKS).map(({ length }) => length));

/** A finding as lines: its state, its name, what was found, and below it what to do. */
export function describe(title: string, finding: Finding, width: number): string {
  const line = (state: State, name: string, found: string) =>
    `${COLORS[state](MARKS[state].padEnd(WIDTH))}  ${name.padEnd(width)}  ${found}`;
  const indent = " ".repeat(WIDTH + 2 + width + 2);
  const lines = [
    line(finding.state, bold(title) + " ".repeat(width - title.length), finding.found),
  ];
  const longest = Math.max(width, ...(finding.parts ?? []).map(({ name }) => name.length + 2));
  for (const part of finding.parts ?? []) {
    lines.push(line(part.state, `  ${part.name}`.padEnd(longest), part.found));
    for (const todo of part.todo ?? []) lines.push(`${indent}→ ${todo}`);
  }
  for (const todo of finding.todo ?? []) lines.push(`${indent}→ ${todo}`);
  return lines.join("\n");
}
