// deno-lint-ignore-file no-console -- a command line program
import { parseArgs } from "node:util";

const FOLDER = new URL("./", import.meta.url);

/** Runs the generated histories as long as somebody wants: `--cases N [--seed S] [--only NAME]`. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args.filter((argument) => argument !== "--"),
    options: {
      cases: { type: "string", default: "1000" },
      seed: { type: "string" },
      only: { type: "string", default: "" },
    },
  });
  for (const name of ["cases", "seed"] as const) {
    if (values[name] !== undefined && !/^-?\d+$/.test(values[name])) {
      console.error(`Cannot read --${name} "${values[name]}": give a whole number`);
      return 1;
    }
  }
  const target = values.only === "" ? FOLDER : new URL(`${values.only}.test.ts`, FOLDER);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", target.pathname],
    env: { CASES: values.cases, ...(values.seed === undefined ? {} : { SEED: values.seed }) },
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  return code;
}

Deno.exit(await main());
