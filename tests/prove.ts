// deno-lint-ignore-file no-console -- a command line program
import { fileURLToPath } from "node:url";
import { readArguments } from "./support/arguments.ts";

const HELP = `Runs the generated histories of tests/ for longer.

Usage: deno task prove [--cases N] [--seed S] [--only NAME]

  --cases N    how many cases of each property (1000)
  --seed S     the seed that a failure has printed; without it new cases are tried
  --only NAME  one file of tests/: order, races, rebuild, crashes or poison`;

const PROPERTIES = ["order", "races", "rebuild", "crashes", "poison"];

const { cases = "1000", seed, only } = readArguments(HELP, ["cases", "seed", "only"]);
for (const [name, value] of Object.entries({ cases, seed })) {
  if (value === undefined || /^-?\d+$/.test(value)) continue;
  console.error(`Cannot read --${name} "${value}": give a whole number\n\n${HELP}`);
  Deno.exit(1);
}
if (only !== undefined && !PROPERTIES.includes(only)) {
  console.error(`Cannot find "${only}": choose from ${PROPERTIES.join(", ")}\n\n${HELP}`);
  Deno.exit(1);
}

const files = (only === undefined ? PROPERTIES : [only]).map((name) =>
  fileURLToPath(new URL(`${name}.test.ts`, import.meta.url))
);
const { code } = await new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--no-check", ...files],
  env: { CASES: cases, ...(seed === undefined ? {} : { SEED: seed }) },
  stdin: "null",
}).spawn().status;
Deno.exit(code);
