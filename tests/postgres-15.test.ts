import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
} from "npm:deno-std@1.4.0/assert/mod.js";
import { databaseTest, sharedServer } from "./support/database.ts";
import { isThere, POSTGRES_15, testWith } from "./support/needs.ts";
import { checkOrder } from "./support/order.ts";
import { testPgtapFiles } from "./support/pgtap.ts";
import { applyMigrations, FAST, startTestServer, withConnection } from "./support/postgres.ts";
import { lint } from "./support/supabase-cli.ts";
import { SUPABASE_BASE_SQL } from "../local/migrations.ts";
import { startPostgres } from "../local/stack/postgres.ts";

const server = sharedServer(() => startTestServer({ ...FAST, programs: POSTGRES_15 }));

// The files take long, and are the same as on 17: another version is a matter of CI.
if (Deno.env.get("CI") === "true" && await isThere("postgresql-15")) {
  await testPgtapFiles("pgTAP on Postgres 15", server);
}

if (await isThere("postgresql-15")) {
  databaseTest(
    "on Postgres 15 too, the same events leave the same tables in whatever order they arrive",
    (database) => checkOrder(database, 60),
    server,
  );
} else {
  await testWith("postgresql-15", "Postgres 15: migrations, pgTAP and order", async () => {});
}

/** One line per mistake that plpgsql_check sees in a function of ours, after some more statements. */
async function lintAsLines(statements = ""): Promise<string[]> {
  const { createDatabase, asSuperuser } = await server();
  const url = await createDatabase();
  const extension = "create extension plpgsql_check with schema extensions";
  await withConnection(asSuperuser(url), (sql) => sql.unsafe(extension));
  await withConnection(url, (sql) => sql.unsafe(statements));
  return (await lint(url)).flatMap(({ function: name, issues }) =>
    issues.map(({ level, message, detail = "" }) =>
      `${name}: ${level}: ${message} ${detail}`.trim()
    )
  );
}

await testWith(
  "postgresql-15-plpgsql-check",
  "supabase db lint finds no mistake in a function, and does find mistakes",
  async () => {
    assertEquals(await lintAsLines(), []);
    const lines = await lintAsLines(`
      create function public.wrong() returns int language plpgsql as 'begin return nope; end';
      create function crm.untidy() returns int language plpgsql
        as 'declare v_unused int; begin return 1; end'`);
    assert(lines.includes('public.wrong: error: column "nope" does not exist'), `${lines}`);
    assert(lines.includes('crm.untidy: warning: unused variable "v_unused"'), `${lines}`);
  },
);

await testWith(
  "postgresql-15-cron",
  "with pg_cron, what was left undecided is picked up every minute",
  async () => {
    const settings = ["shared_preload_libraries=pg_cron", "cron.database_name=postgres"];
    const { url, close } = await startPostgres({ programs: POSTGRES_15, settings });
    try {
      await withConnection(url, async (sql) => {
        await sql.unsafe(SUPABASE_BASE_SQL);
        await applyMigrations(sql);
        const jobs = await sql<{ command: string }[]>`
          select j.command from cron.job as j where j.schedule = '* * * * *'`;
        const run = (name: string) =>
          sql.unsafe(jobs.find(({ command }) => command.includes(name))!.command);
        assertEquals((await run("invoke_send_emails"))[0]?.invoke_send_emails, "nothing is due");

        await sql`
          insert into public.calcom_events (payload, received_at)
          values ('{"triggerEvent": "PING"}', now() - interval '1 hour')`;
        await run("handle_pending_events");
        const left = await sql`select from public.calcom_events as e where e.outcome = 'pending'`;
        assertEquals(left.length, 0, "the job leaves what it should pick up");

        // This server has no pg_net, and pg_cron has not run a job yet.
        const [schedule] = await sql<{ detail: string }[]>`
          select f ->> 'detail' as detail from jsonb_array_elements(public.health()) as f
          where f ->> 'check' = 'schedule'`;
        assertMatch(schedule!.detail, /pg_net is missing/);
        assertNotMatch(
          schedule!.detail,
          /"(check|handle|send|apply|prune)-[\w-]+" is|could not be checked/,
        );
        const [pruned] = await sql`select crm.prune_job_runs() as runs`;
        assertEquals(pruned?.runs, 0);
      });
    } finally {
      await close();
    }
  },
);
