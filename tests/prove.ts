import { fileURLToPath } from "node:url";
import { runCommand } from "../local/command.ts";
import { StackError } from "../local/stack/error.ts";

const HELP = `Runs the generated histories of tests/ for longer.

Usage: deno task prove [--cases N] [--seed S] [--only NAME]

  --cases N    how many cases of each property (1000)
  --seed S     the seed that a failure has printed; without it new cases are tried
  --only NAME  one file of tests/: order, races, rebuild, crashes, poison or
               reconciliation`;

const PROPERTIES = ["order", "races", "rebuild", "crashes", "poison", "reconciliation"];
const OPTIONS = {
  cases: { type: "string", default: "1000" },
  seed: { type: "string" },
  only: { type: "string" },
} as const;

await runCommand(HELP, OPTIONS, async ({ cases, seed, only }) => {
  for (const [name, value] of Object.entries({ cases, seed })) {
    if (value === undefined || /^-?\d+$/.test(value)) continue;
    throw new StackError(`Cannot read --${name} "${value}": give a whole number.`);
  }
  if (only !== undefined && !PROPERTIES.includes(only)) {
    throw new StackError(`Cannot find "${only}": choose from ${PROPERTIES.join(", ")}.`);
  }
  const files = (only === undefined ? PROPERTIES : [only]).map((name) =>
    fileURLToPath(new URL(`${name}.test.ts`, import.meta.url))
  );
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", ...files],
    env: { CASES: cases!, ...(seed === undefined ? {} : { SEED: seed }) },
    stdin: "null",
  }).spawn().status;
  return code;
});
