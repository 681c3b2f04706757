// deno-lint-ignore-file no-console -- a command line program
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { runCommand } from "../local/command.ts";
import { StackError } from "../local/stack/error.ts";
import { measureDatabase } from "./database.ts";
import { measureHttp } from "./http.ts";
import { isMet, type Result, toTable } from "./result.ts";

const HELP = `Measures how fast it is, as ratios of one run, and writes the table into the README.

Usage: deno task bench [--against DIR] [--seconds N] [--rounds N] [--companies N] [--only NAME]

  --against DIR  measure the database of an older checkout in the same run; the README stays
  --seconds N    how long one measurement takes (6); the README stays
  --rounds N     how often each is repeated (3); the README stays
  --companies N  how many companies the full tables hold (100000); the README stays
  --only NAME    database or http; the README stays`;

const README = new URL("../README.md", import.meta.url);
const PLACE = /(<!-- bench -->\n)[\s\S]*?(\n<!-- \/bench -->)/;

const OPTIONS = {
  against: { type: "string" },
  seconds: { type: "string", default: "6" },
  rounds: { type: "string", default: "3" },
  companies: { type: "string", default: "100000" },
  only: { type: "string" },
} as const;

await runCommand(HELP, OPTIONS, async ({ against, only, ...numbers }) => {
  const [seconds = NaN, rounds = NaN, companies = NaN] = [
    numbers.seconds,
    numbers.rounds,
    numbers.companies,
  ].map(Number);
  if (!(seconds > 0 && rounds > 0 && companies > 0)) {
    throw new StackError(
      "Cannot read a number: give --seconds, --rounds and --companies more than 0.",
    );
  }
  if (only !== undefined && only !== "database" && only !== "http") {
    throw new StackError(`Cannot measure "${only}": choose database or http.`);
  }

  const log = (line: string) => console.log(`${line} …`);
  const older = against === undefined ? null : pathToFileURL(`${resolve(against)}/`);
  const results: Result[] = [];
  if (only !== "http") {
    results.push(...await measureDatabase({ seconds, rounds, companies, older, log }));
  }
  if (only !== "database") results.push(...await measureHttp({ seconds, rounds, log }));
  const table = toTable(results);
  console.log(`\n${table}\n`);

  for (const result of results) if (!isMet(result)) console.log(`Falls short: ${result.what}`);
  if (Deno.args.length === 0) {
    const readme = await Deno.readTextFile(README);
    if (!PLACE.test(readme)) {
      throw new Error("The README has no place for the table: <!-- bench -->");
    }
    await Deno.writeTextFile(
      README,
      readme.replace(PLACE, (_, before, after) => before + table + after),
    );
  }

  return 0;
});
