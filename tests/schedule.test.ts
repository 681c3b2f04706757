import assert from "node:assert/strict";
import { join } from "node:path";
import { readMigrations, SUPABASE_BASE_SQL } from "../local/migrations.ts";
import { connect } from "./postgres.ts";
import { findPostgresPrograms, startServer } from "./postgres-server.ts";

const programs = await findPostgresPrograms();

Deno.test({
  name: "where pg_cron is, the migrations have it pick up what was left lying, every minute",
  ignore: !await hasPgCron(),
  fn: async () => {
    const server = await startServer(programs!, [
      "shared_preload_libraries=pg_cron",
      "cron.database_name=postgres",
    ]);
    const sql = connect(server.url);
    try {
      await sql.unsafe(SUPABASE_BASE_SQL);
      for (const migration of await readMigrations()) await sql.unsafe(migration.sql);

      const jobs = await sql<{ schedule: string; command: string }[]>`
        select j.schedule, j.command from cron.job as j where j.command like '%pending%'`;
      assert.deepEqual(jobs.map(({ schedule }) => schedule), ["* * * * *"]);
      const [send] = await sql<{ command: string }[]>`
        select j.command from cron.job as j where j.schedule = '* * * * *' and j.command like '%send_emails%'`;
      const [answer] = await sql.unsafe(send!.command);
      assert.equal(answer?.call_send_emails, "nothing is due");

      await sql`
        insert into public.calcom_events (payload, received_at)
        values ('{"triggerEvent": "PING"}', now() - interval '1 hour')`;
      await sql.unsafe(jobs[0]!.command);
      const left = await sql`select from public.calcom_events as e where e.outcome is null`;
      assert.equal(left.length, 0, "the job leaves what it should pick up");
    } finally {
      await sql.end();
      await server.close();
    }
  },
});

/** Whether this machine's Postgres has the extension; Debian keeps its library beside the programs. */
async function hasPgCron(): Promise<boolean> {
  if (programs === null) return false;
  return await Deno.stat(join(programs, "../lib/pg_cron.so")).then(() => true, () => false);
}
