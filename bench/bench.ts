// deno-lint-ignore-file no-console -- a command line program
import { measureDatabase } from "./database.ts";
import { measureHttp } from "./http.ts";
import { toTable } from "./result.ts";

const README = new URL("../README.md", import.meta.url);
const PLACE = /(<!-- bench -->\n)[\s\S]*?(\n<!-- \/bench -->)/;

const log = (line: string) => console.log(`${line} …`);
const results = [...await measureDatabase(log), ...await measureHttp(log)];
const table = toTable(results);
console.log(`\n${table}\n`);

const readme = await Deno.readTextFile(README);
if (!PLACE.test(readme)) throw new Error("The README has no place for the table: <!-- bench -->");
await Deno.writeTextFile(
  README,
  readme.replace(PLACE, (_, before, after) => before + table + after),
);

for (const { what } of results.filter(({ isMet }) => !isMet)) console.log(`Falls short: ${what}`);
