import assert from "node:assert/strict";
import { readMigrations } from "../local/migrations.ts";

const ROOT = new URL("../", import.meta.url);
const readme = await read("README.md");
const migrations = (await readMigrations()).map(({ sql }) => sql).join("\n");

Deno.test("the table of events has exactly the triggers that the database acts on", () => {
  const told = column(table("What each event does"), 0)
    .filter((cell) => cell.startsWith("`")).map(unquote);
  const steps = part(migrations, /create function crm\.apply_event\((.*?)\$\$;/s);
  const ranked = part(migrations, /create function crm\.rank_of\((.*?)\$\$;/s);

  assert.deepEqual(told.toSorted(), matches(steps, /when '([A-Z_]+)'/g));
  assert.deepEqual(told.toSorted(), matches(ranked, /'([A-Z_]+)'/g));
});

Deno.test("the table of answers has exactly the statuses that the webhook answers", async () => {
  const told = column(table("Answers of the webhook"), 0);
  const handler = await read("supabase/functions/calcom-webhook/handler.ts");
  const statuses = part(handler, /status: (\d{3}(?: \| \d{3})+);/).split(" | ");

  assert.deepEqual(told.toSorted(), statuses.toSorted());
});

Deno.test("the table of configuration has exactly the variables that are read", async () => {
  const rows = table("Configuration");
  const told = matches(rows.map((row) => row.join(" ")).join("\n"), /`([A-Z]+_[A-Z_]+)`/g);
  const env = await read("supabase/functions/_shared/env.ts");

  assert.deepEqual(told, matches(env, /(?:value|list)\("([A-Z_]+)"\)/g));
});

Deno.test("every function that the README tells to call is granted", () => {
  const told = matches(readme, /select ([a-z_]+)\(/g);
  const granted = matches(
    part(migrations, /grant execute on function(.*?);/s),
    /public\.([a-z_]+)\(/g,
  );

  assert.deepEqual(told.filter((name) => !granted.includes(name)), []);
  assert.ok(told.length >= 5, `Only ${told.length} calls found`);
});

Deno.test("every file that the README names is there", async () => {
  const named = matches(readme, /[(`]((?:docs|supabase|proof|bench|local)\/\w[\w./-]+)[)`]/g);
  const missing: string[] = [];
  for (const path of named) {
    await Deno.stat(new URL(path, ROOT)).catch(() => missing.push(path));
  }

  assert.deepEqual(missing, []);
  assert.ok(named.length >= 5, `Only ${named.length} paths found`);
});

Deno.test("every task that the README tells to run is there", async () => {
  const told = matches(readme, /\btask ([a-z]+)/g);
  const tasks = Object.keys(JSON.parse(await read("deno.json")).tasks);

  assert.deepEqual(told.filter((name) => !tasks.includes(name)), []);
});

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** The cells of the first table under a heading, without its head. */
function table(heading: string): string[][] {
  const section = part(readme, new RegExp(`\n## ${heading}\n(.*?)(?:\n## |$)`, "s"));
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("|"));
  assert.ok(rows.length > 0, `No table under "${heading}"`);
  return rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function column(rows: string[][], index: number): string[] {
  return rows.map((row) => row[index] ?? "");
}

function unquote(cell: string): string {
  return cell.replaceAll("`", "");
}

function part(text: string, pattern: RegExp): string {
  const found = pattern.exec(text)?.[1];
  assert.ok(found !== undefined, `Nothing matches ${pattern}`);
  return found;
}

/** What the first group matches, each once, in order. */
function matches(text: string, pattern: RegExp): string[] {
  return [...new Set(Array.from(text.matchAll(pattern), ([, found]) => found ?? ""))].toSorted();
}
