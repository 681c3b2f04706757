import assert from "node:assert/strict";
import { openDatabase } from "./stack-database.ts";
import { applyMigrations } from "./stack-migrations.ts";
import { startSchedule } from "./stack-schedule.ts";
import { fileURLToPath } from "node:url";

Deno.test("an event that was stored and never decided is decided by the schedule, and the due mails are sent", async () => {
  const supabase = fileURLToPath(new URL("../supabase", import.meta.url));
  const database = await openDatabase("memory");
  try {
    await applyMigrations(database, { supabase, log: () => {} });
    await database.sql(
      `insert into public.calcom_events (payload, received_at)
       values ('{"triggerEvent": "PING"}', now() - interval '5 minutes')`,
      [],
    );

    const lines: string[] = [];
    const picked = Promise.withResolvers<void>();
    const called = Promise.withResolvers<void>();
    const stop = startSchedule({
      database,
      sendEmails: () => Promise.resolve(called.resolve()),
      log: (line) => {
        lines.push(line);
        picked.resolve();
      },
      every: 10,
    });
    await Promise.all([picked.promise, called.promise]);
    await stop();

    assert.deepEqual(lines, ["Picked up events left undecided: ignored 1"]);
    const rows = await database.sql("select outcome from public.calcom_events", []);
    assert.deepEqual(rows, [{ outcome: "ignored" }]);
  } finally {
    await database.close();
  }
});
