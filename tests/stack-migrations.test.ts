import { assert, assertEquals, assertMatch, assertRejects } from "npm:deno-std@1.4.0/assert/mod.js";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { applyMigrations, seedDatabase } from "../local/migrations.ts";
import { type Database, openDatabase } from "../local/stack/database.ts";
import { StackError } from "../local/stack/error.ts";
import { makeFolder } from "./support/stack.ts";

Deno.test("migrations and seed", async (t) => {
  const database = await openDatabase({ password: "secret" });
  try {
    await t.step("each pending file is applied once, in order, and written down", async () => {
      await using folder = await makeFolder({
        "migrations/2_second.sql": "insert into public.a values (2);",
        "migrations/1_first.sql": "create table public.a (b int); insert into public.a values (1);",
        "migrations/notes.sql": "select 1 / 0;",
      });
      const first = await apply(database, folder.path);
      await Deno.writeTextFile(
        join(folder.path, "migrations/3_third.sql"),
        "insert into public.a values (3);",
      );
      const second = await apply(database, folder.path);

      assertEquals(first, [
        "Applied 1_first.sql",
        "Applied 2_second.sql",
        "! notes.sql was skipped: a migration is named <timestamp>_<name>.sql",
      ]);
      assertEquals(second.slice(0, 1), ["Applied 3_third.sql"]);
      assertEquals(await database.sql("select b from public.a"), [{ b: 1 }, { b: 2 }, {
        b: 3,
      }]);
      assertEquals(
        await database.sql(
          "select version, name, statements from supabase_migrations.schema_migrations where version = '2'",
        ),
        [{ version: "2", name: "second", statements: ["insert into public.a values (2);"] }],
      );
    });

    await t.step("an edit of an applied file and one that is gone are noticed", async () => {
      await using folder = await makeFolder({
        "migrations/1_first.sql": "select 1;",
        "migrations/2_second.sql": "insert into public.a values (2);",
      });

      assertEquals(await apply(database, folder.path), [
        "! 1_first.sql was edited after it was applied here",
        "! 3_third.sql was applied here and is not in supabase/migrations any more",
      ]);
    });

    await t.step("what the Supabase CLI applied counts as the same text", async () => {
      await database.sql(
        "update supabase_migrations.schema_migrations set statements = $1 where version = '1'",
        [["create table public.a (b int)", "insert into public.a values (1)"]],
      );
      await using folder = await makeFolder({
        "migrations/1_first.sql":
          "create table public.a (b int);\n\ninsert into public.a values (1);\n",
      });

      assert(!(await apply(database, folder.path)).some((line) => line.includes("edited")));
    });

    await t.step("a broken file is named with its line, and leaves nothing behind", async () => {
      await using folder = await makeFolder({
        "migrations/4_good.sql": "create table public.good ();",
        "migrations/5_bad.sql": "create table public.half ();\n\nselect * fron nowhere;",
        "migrations/6_never.sql": "create table public.never ();",
      });

      const { message } = await assertRejects(() => apply(database, folder.path), StackError);
      assertMatch(
        message,
        /^migrations\/5_bad\.sql failed at line 3: syntax error .*\(42601\)/,
      );
      assert(!message.includes("\n"));
      assertEquals(
        await database.sql(
          "select to_regclass('good') is not null as good, to_regclass('half') as half, to_regclass('never') as never",
        ),
        [{ good: true, half: null, never: null }],
      );
    });

    await t.step("the seed runs once, and a broken one is named", async () => {
      await using folder = await makeFolder({ "seed.sql": "select 1 / 0;" });
      await assertRejects(() => seed(database, folder.path), StackError, "seed.sql failed");

      await Deno.writeTextFile(join(folder.path, "seed.sql"), "create table public.seeded ();");
      await seed(database, folder.path);
      await seed(database, folder.path);
      assertEquals(await database.sql("select path from supabase_migrations.seed_files"), [
        { path: "supabase/seed.sql" },
      ]);
    });
  } finally {
    await database.close();
  }
});

async function apply(database: Database, folder: string): Promise<string[]> {
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const changes = await applyMigrations(database, pathToFileURL(`${folder}/`), log);
  return [...lines, ...changes.map((change) => `! ${change}`)];
}

async function seed(database: Database, folder: string): Promise<void> {
  await seedDatabase(database, pathToFileURL(`${folder}/`), () => {});
}
