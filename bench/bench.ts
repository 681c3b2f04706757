// deno-lint-ignore-file no-console -- a command line program
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
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

function readOptions() {
  try {
    return parseArgs({
      args: Deno.args.filter((argument) => argument !== "--"),
      options: {
        against: { type: "string" },
        seconds: { type: "string", default: "6" },
        rounds: { type: "string", default: "3" },
        companies: { type: "string", default: "100000" },
        only: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${HELP}`);
    Deno.exit(1);
  }
}

const { against, only, help, ...numbers } = readOptions();
if (help) {
  console.log(HELP);
  Deno.exit(0);
}
const [seconds, rounds, companies] = [numbers.seconds, numbers.rounds, numbers.companies].map(
  (text) => /^\d*\.?\d+$/.test(text) ? Number(text) : NaN,
);
if (!seconds || !rounds || !companies || (only && !["database", "http"].includes(only))) {
  console.error(HELP);
  Deno.exit(1);
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
  if (!PLACE.test(readme)) throw new Error("The README has no place for the table: <!-- bench -->");
  await Deno.writeTextFile(
    README,
    readme.replace(PLACE, (_, before, after) => before + table + after),
  );
}
