import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { readMigrations } from "../local/migrations.ts";
import { findProblem } from "./support/supabase-cli.ts";

const ROOT = new URL("../", import.meta.url);
const readme = await read("README.md");
const documents = await readDocuments();
const migrations = (await readMigrations()).map(({ sql }) => sql).join("\n");

Deno.test("the table of events has exactly the triggers that the database acts on", () => {
  const told = column(table("What each event does"), 0)
    .filter((cell) => cell.startsWith("`")).map(unquote);
  const steps = part(migrations, /create function crm\.apply_event\((.*?)\$\$;/s);
  const requests = part(migrations, /create function crm\.is_request\((.*?);/s);
  const ordered = part(migrations, /create function crm\.trigger_order\((.*?);/s);

  assertEquals(told.toSorted(), matches(steps + requests, /'([A-Z]+_[A-Z_]+)'/g));
  assertEquals(told.toSorted(), matches(ordered, /'([A-Z_]+)'/g));
});

Deno.test("every reason that the README explains is one that the database gives", () => {
  const reasons = matches(column(table("What each event does"), 0).join("\n"), /"(.+?)"/g);
  const texts = migrations.replaceAll("''", "'");
  const pieces = reasons.flatMap((reason) => reason.split(/…|; /)).map((piece) => piece.trim());

  assertEquals(pieces.filter((piece) => !texts.includes(piece)), []);
  assert(reasons.length >= 5, `Only ${reasons.length} reasons found`);
});

Deno.test("every column that the README lets a person edit is granted, and no other", () => {
  for (const [name, columns] of table("Work by hand")) {
    const grants = part(
      migrations,
      new RegExp(`\\bgrant\\s([^;]*)\\son public\\.${unquote(name!)}\\b`),
    );
    const editable = part(grants, /update \(([^)]*)\)/).trim().split(/,\s*/);

    assertEquals(matches(columns!.replaceAll(/\([^)]*\)/g, ""), /`(\w+)`/g), editable.toSorted());
  }
});

Deno.test("the table of settings has exactly those that there are", () => {
  const told = column(table("Configuration"), 0).map(unquote).filter((name) =>
    /^[a-z]+_/.test(name)
  );
  const rows = matches(migrations, /insert into public\.settings (.*?;)/gs).join("\n");

  assertEquals(told.toSorted(), matches(rows, /\(\s*'(\w+)'/g));
});

Deno.test("the table of answers has exactly the statuses that the webhook answers", async () => {
  const told = column(table("Answers of the webhook"), 0);
  const code = await read("supabase/functions/_shared/http.ts") +
    await read("supabase/functions/calcom-webhook/handler.ts");

  assertEquals(told.toSorted(), matches(code, /status: (\d{3})/g));
});

Deno.test("the table of configuration has exactly the variables that are read", async () => {
  const rows = table("Configuration");
  const told = matches(rows.map((row) => row.join(" ")).join("\n"), /`([A-Z]+_[A-Z_]+)`/g);
  const env = await read("supabase/functions/_shared/env.ts");

  assertEquals(told, matches(env, /(?:value|secrets)\("([A-Z_]+)"\)/g));
});

Deno.test("every function that the README tells to call is granted", () => {
  const told = matches(readme, /select ([a-z_]+)\(/g);
  const granted = matches(
    part(migrations, /grant execute on function(.*?);/s),
    /public\.([a-z_]+)\(/g,
  );

  assertEquals(told.filter((name) => !granted.includes(name)), []);
  assert(told.length >= 5, `Only ${told.length} calls found`);
});

Deno.test("every file that a document names is there", async () => {
  const named = matches(
    documents,
    /[(`]((?:docs|supabase|setup|tests|bench|local)\/\w[\w./-]+)[)`]/g,
  );
  const missing: string[] = [];
  for (const path of named) {
    await Deno.stat(new URL(path, ROOT)).catch(() => missing.push(path));
  }

  assertEquals(missing, []);
  assert(named.length >= 5, `Only ${named.length} paths found`);
});

Deno.test("every task that a document tells to run is there", async () => {
  const told = matches(documents, /\btask (?:-q |--quiet )?([a-z]+)/g);
  const tasks = Object.keys(JSON.parse(await read("deno.json")).tasks);

  assertEquals(told.filter((name) => !tasks.includes(name)), []);
});

Deno.test("every command of the Supabase CLI is one, and says where it goes", async () => {
  const commands = matches(documents, /(?:\bsupabase@[\d.]+|`supabase) ([a-z][^`\n]*)/g);
  const problems = await Promise.all(commands.map(async (command) => {
    const problem = await findProblem(command);
    return problem === null ? [] : [`supabase ${command}: ${problem}`];
  }));

  assertEquals(problems.flat(), []);
  assert(commands.length >= 5, `Only ${commands.length} commands found`);
});

Deno.test("a command of the Supabase CLI that is none does not go unnoticed", async () => {
  assertEquals(await findProblem("db pull-everything"), "there is no such command");
  assertEquals(await findProblem("db push --remote --force"), "there is no --force");
  assertEquals(
    await findProblem("db push"),
    "it goes to the local stack; add --remote for the project",
  );
});

/** The README, CONTRIBUTING.md and what is in docs/, as one text. */
async function readDocuments(): Promise<string> {
  const names = ["README.md"];
  for (const folder of ["", "docs/"]) {
    for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
      if (name.endsWith(".md") && name !== "README.md") names.push(`${folder}${name}`);
    }
  }
  return (await Promise.all(names.map(read))).join("\n");
}

async function read(path: string): Promise<string> {
  return await Deno.readTextFile(new URL(path, ROOT));
}

/** The cells of the first table under a heading, without its head. */
function table(heading: string): string[][] {
  const section = part(readme, new RegExp(`\n## ${heading}\n(.*?)(?:\n## |$)`, "s"));
  const [, , ...rows] = section.split("\n").filter((line) => line.startsWith("|"));
  assert(rows.length > 0, `No table under "${heading}"`);
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
  assert(found !== undefined, `Nothing matches ${pattern}`);
  return found;
}

/** What the first group matches, each once, in order. */
function matches(text: string, pattern: RegExp): string[] {
  return [...new Set(Array.from(text.matchAll(pattern), ([, found]) => found ?? ""))].toSorted();
}
