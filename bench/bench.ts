// deno-lint-ignore-file no-console -- a command line program
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand } from "../local/command.ts";
import { StackError } from "../local/stack/error.ts";
import { measureDatabase } from "./database.ts";
import { measureHttp } from "./http.ts";
import { toTable } from "./result.ts";

const HELP = `Measures how fast it is, as ratios of one run, and writes the table into the README.

Usage: deno task bench [--against DIR] [--seconds N]

  --against DIR  measure the database of an older checkout in the same run; the README stays
  --seconds N    how long one measurement takes (6); the README stays`;

const README = new URL("../README.md", import.meta.url);
const PLACE = /(<!-- bench -->\n)[\s\S]*?(\n<!-- \/bench -->)/;
const OPTIONS = {
  against: { type: "string" },
  seconds: { type: "string", default: "6" },
} as const;

await runCommand(HELP, OPTIONS, async ({ against, ...options }) => {
  const seconds = Number(options.seconds);
  if (!(seconds > 0)) throw new StackError("Cannot read --seconds: give a number above 0.");
  const older = against === undefined ? null : pathToFileURL(`${resolve(against)}/`);
  const log = (line: string) => console.log(`${line} …`);

  const table = toTable([
    ...await measureDatabase({ seconds, older, log }),
    ...await measureHttp({ seconds, log }),
  ]);
  console.log(`\n${table}`);
  if (Deno.args.length === 0) {
    const readme = await Deno.readTextFile(README);
    await Deno.writeTextFile(
      README,
      readme.replace(PLACE, (_, before, after) => before + table + after),
    );
  }
  return 0;
});
