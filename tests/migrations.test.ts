import assert from "node:assert/strict";
import { join } from "node:path";
import { type Database, openDatabase } from "./stack-database.ts";
import { StackError } from "./stack-error.ts";
import { applyMigrations, seedDatabase } from "./stack-migrations.ts";
import { makeFolder } from "./stack-testing.ts";

Deno.test("migrations and seed", async (t) => {
  const database = await openDatabase("memory");
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

      assert.deepEqual(first, [
        "Applied 1_first.sql",
        "Applied 2_second.sql",
        "Skipped notes.sql: a migration is named <timestamp>_<name>.sql",
      ]);
      assert.deepEqual(second.slice(0, 1), ["Applied 3_third.sql"]);
      assert.deepEqual(await database.sql("select b from public.a"), [{ b: 1 }, { b: 2 }, {
        b: 3,
      }]);
      assert.deepEqual(
        await database.sql(
          "select version, name, statements from supabase_migrations.schema_migrations where version = '2'",
        ),
        [{ version: "2", name: "second", statements: ["insert into public.a values (2);"] }],
      );
    });

    await t.step("an edit of an applied file is noticed", async () => {
      await using folder = await makeFolder({ "migrations/1_first.sql": "select 1;" });

      assert.match((await apply(database, folder.path))[0]!, /^1_first\.sql was edited after/);
    });

    await t.step("a broken file is named with its line, and leaves nothing behind", async () => {
      await using folder = await makeFolder({
        "migrations/4_good.sql": "create table public.good ();",
        "migrations/5_bad.sql": "create table public.half ();\n\nselect * fron nowhere;",
        "migrations/6_never.sql": "create table public.never ();",
      });

      await assert.rejects(() => apply(database, folder.path), (error) => {
        assert.ok(error instanceof StackError);
        assert.match(error.message, /^Migration 5_bad\.sql failed at line 3: syntax error .*42601/);
        assert.ok(!error.message.includes("\n"));
        return true;
      });
      assert.deepEqual(
        await database.sql(
          "select to_regclass('good') is not null as good, to_regclass('half') as half, to_regclass('never') as never",
        ),
        [{ good: true, half: null, never: null }],
      );
    });

    await t.step("the seed runs once, and a broken one is named", async () => {
      await using folder = await makeFolder({ "seed.sql": "select 1 / 0;" });
      await assert.rejects(() => seed(database, folder.path), /^StackError: seed\.sql failed/);

      await Deno.writeTextFile(join(folder.path, "seed.sql"), "create table public.seeded ();");
      await seed(database, folder.path);
      await seed(database, folder.path);
      assert.deepEqual(await database.sql("select path from supabase_migrations.seed_files"), [
        { path: "supabase/seed.sql" },
      ]);
    });

    await t.step("without a seed or a folder of migrations", async () => {
      await using folder = await makeFolder();
      await seed(database, folder.path);
      await assert.rejects(() => apply(database, folder.path), /^StackError: Cannot read/);
    });
  } finally {
    await database.close();
  }
});

async function apply(database: Database, supabase: string): Promise<string[]> {
  const lines: string[] = [];
  await applyMigrations(database, { supabase, log: (line) => lines.push(line) });
  return lines;
}

async function seed(database: Database, supabase: string): Promise<void> {
  await seedDatabase(database, { supabase, log: () => {} });
}
