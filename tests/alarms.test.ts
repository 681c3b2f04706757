import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
} from "npm:deno-std@1.4.0/assert/mod.js";
import { readMigrations } from "../local/migrations.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { allDone, databaseTest, inRollback, until } from "./support/database.ts";
import { openOutbox } from "./support/outbox.ts";

/** A test address of Resend: it reports on the mails to it. */
const TO = "delivered+ops@resend.dev";

/** A stack with its functions, whose database somebody wants to hear about. */
async function withStack(use: (stack: Stack) => Promise<void>) {
  const stack = await startStack({ port: 0, data: "memory", functions: true });
  try {
    await openOutbox(stack); // empties the tables
    await stack.sql("update public.settings set value = $1 where name = 'alert_address'", [TO]);
    await use(stack);
  } finally {
    await stack.close();
  }
}

/** Looks how things are; the schedule of the stack may be at it at the same moment. */
async function checkHealth(stack: Stack): Promise<string> {
  let answer = "";
  await until("nobody else looks", async () => {
    const [row] = await stack.sql<{ answer: string }>("select crm.check_health() as answer");
    answer = row!.answer;
    return answer !== "somebody else is at it";
  });
  return answer;
}

/** Has send-emails send what is due, as the schedule would. */
async function sendEmails(stack: Stack): Promise<void> {
  const response = await fetch(`${stack.url}/functions/v1/send-emails`, {
    method: "POST",
    headers: { "x-send-emails-secret": stack.sendEmailsSecret },
  });
  assertEquals((await response.json()).outcome, "done");
}

/** The alarms that arrived, the first one first. */
function listAlarms(stack: Stack) {
  return stack.sandbox.messages().filter(({ to }) => to.includes(TO)).toReversed();
}

Deno.test("an alarm arrives when something is wrong, and one when it is well again", async () => {
  await withStack(async (stack) => {
    await stack.sql(`
      insert into public.calcom_events (payload, outcome, decided_at)
      values ('{"triggerEvent": "BOOKING_CREATED"}', 'failed', now() - interval '2 hours')`);
    await checkHealth(stack);
    await sendEmails(stack);
    await until("the alarm is there", () => Promise.resolve(listAlarms(stack).length > 0));

    const [alarm] = listAlarms(stack);
    assertEquals(alarm!.from, "team@outboundsolutions.com");
    assertEquals(alarm!.subject, "Wrong in calcom-deals: failed events");
    for (const part of [alarm!.text!, alarm!.html!]) {
      assert(part.includes("1 event failed within the last week, the first 2 hours ago."), part);
      assert(part.includes("select retry_failed_events()"), part);
    }
    assertMatch(alarm!.text!, /^Failed events, since \d{4}-\d\d-\d\d \d\d:\d\d UTC\n/);
    assertMatch(alarm!.html!, /<h1[^>]*>Something is wrong<\/h1>/);
    assertNotMatch(alarm!.html!, /href=/);
    // Resend reports on it like on any mail.
    await until("it is delivered", async () => {
      const [mail] = await stack.sql<{ delivery: string }>(
        "select delivery from public.emails where kind = 'alarm' and status = 'sent'",
      );
      return mail?.delivery === "delivered";
    });

    assertEquals(await checkHealth(stack), "nothing new");
    await stack.sql("update public.calcom_events set outcome = 'ignored'");
    assertEquals(await checkHealth(stack), "all is well");
    await stack.sql("update crm.alarms set well_at = well_at - interval '1 hour'");
    await checkHealth(stack);
    await sendEmails(stack);
    await until("the second is there", () => Promise.resolve(listAlarms(stack).length > 1));

    const [, again, ...others] = listAlarms(stack);
    assertEquals(again!.subject, "Well again in calcom-deals: failed events");
    assertMatch(
      again!.text!,
      /^Well again: failed events\nwrong since .* UTC, well since .* UTC\n/,
    );
    assertEquals(await checkHealth(stack), "all is well");
    assertEquals(others, []);
  });
});

Deno.test("while Resend lets nobody send one alarm waits, and arrives once with what is true then", async () => {
  await withStack(async (stack) => {
    const outbox = await openOutbox(stack);
    await outbox.owe(1);
    stack.sandbox.refuseNext({ status: 401, name: "restricted_api_key", message: "No." });
    await outbox.send();
    await stack.sql("update public.emails set created_at = now() - interval '20 minutes'");
    await checkHealth(stack);
    for (let day = 1; day <= 3; day++) {
      stack.sandbox.refuseNext({ status: 401, name: "restricted_api_key", message: "No." });
      await stack.sql("update public.emails set next_attempt_at = now() where kind = 'alarm'");
      await outbox.send();
      await stack.sql(`
        update public.emails set created_at = created_at - interval '1 day';
        update crm.alarms set told_at = told_at - interval '1 day'`);
      assertEquals(await checkHealth(stack), "an alarm waits to be sent");
    }
    assertEquals(listAlarms(stack), []);

    // The key is mended.
    await outbox.letTimePass();
    await sendEmails(stack);
    await until("it is there", () => Promise.resolve(listAlarms(stack).length > 0));
    await checkHealth(stack);
    await sendEmails(stack);
    const [alarm, ...others] = listAlarms(stack);
    assertMatch(alarm!.text!, /the oldest for 3 days\. Resend lets nobody send/);
    assertEquals(others, []);
  });
});

databaseTest("several who look at once write one alarm", async ({ sql, connections }) => {
  await sql`update public.settings set value = ${TO} where name = 'alert_address'`;
  await sql`
    insert into public.calcom_events (payload, outcome, decided_at)
    values ('{"triggerEvent": "BOOKING_CREATED"}', 'failed', now())`;
  const others = connections(8);
  for (let round = 1; round <= 5; round++) {
    const answers = await allDone(
      Array.from({ length: 8 }, () => others`select crm.check_health() as answer`),
    );
    assert(
      answers.every(([row]) => /^(an alarm|somebody else)/.test(row?.answer)),
      JSON.stringify(answers),
    );
    assertEquals((await sql`select from public.emails`).length, 1);
  }
});

const chapters = (await readMigrations()).filter(({ name }) =>
  /_health(_checks)?\.sql$/.test(name)
);

databaseTest("every command that health() tells is one that works", async ({ sql }) => {
  // The pieces of a text stand below each other.
  const texts = chapters.map((chapter) => chapter.sql).join("\n")
    .replaceAll(/--.*$/gm, "")
    .replaceAll(/'\s*\n\s*(?:\|\| )?'/g, "");
  const commands = Array.from(
    texts.matchAll(/`((?:select|call|update|insert)\b[^`]*)`/g),
    ([, one]) =>
      one!.replaceAll("''", "'").replaceAll("<id>", "00000000-0000-4000-8000-000000000000"),
  );
  assert(commands.length >= 12, `Only ${commands.length} found`);

  const wrong: string[] = [];
  for (const command of commands) {
    // These are not everywhere.
    if (/cron\.|vault\.|reconciliations/.test(command)) continue;
    const run = async () => {
      if (command.startsWith("insert into senders")) await sql`delete from senders`;
      return await sql.unsafe(command).then(() => null, (error) => error);
    };
    const error = await (command.startsWith("call") ? run() : inRollback(sql, run));
    // There is no such mail.
    if (error !== null && error.code !== "KC003") wrong.push(`${command}: ${error.message}`);
  }
  assertEquals(wrong, []);
});

databaseTest("health() looks for the very jobs that are set up", async ({ sql }) => {
  const jobs = await sql<{ line: string }[]>`
    select format('%s: %s: %s', name, schedule, command) as line from crm.schedule_jobs()`;
  const migrations = (await readMigrations()).map((file) => file.sql).join("\n");
  const setUp = Array.from(
    migrations.matchAll(/perform cron\.schedule\('([^']+)', '([^']+)', '([^']+)'\)/g),
    ([, ...job]) => job.join(": "),
  );
  assertEquals(jobs.map(({ line }) => line).toSorted(), setUp.toSorted());
});
