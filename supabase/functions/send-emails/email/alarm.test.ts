import { assert, assertEquals, assertNotMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Json } from "../../_shared/database.types.ts";
import { readLinks, render } from "./sample.ts";

const WRONG = {
  check: "waiting_emails",
  since: "2026-12-01T06:10:00+00:00",
  detail: "12 mails that should be out, the oldest for 50 minutes.",
  what_to_do: "See why: `select * from emails where status = 'due'`. They go out by themselves.",
  is_new: true,
};
const WELL = {
  check: "silence",
  since: "2026-11-30T20:00:00+00:00",
  well_at: "2026-12-01T05:30:00+00:00",
};

function renderAlarm(data: Record<string, Json>) {
  return render("alarm", data, {
    from_name: "Outbound Solutions",
    to_address: "ops@example.com",
    reply_to: null,
  });
}

Deno.test("an alarm says what is wrong, since when and what to do", async () => {
  const message = await renderAlarm({ wrong: [WRONG], well: [] });
  assertEquals(message.subject, "Wrong in calcom-deals: mails that do not go out");
  assertEquals(
    message.text,
    `Outbound Solutions

Mails that do not go out, since 2026-12-01 06:10 UTC
12 mails that should be out, the oldest for 50 minutes.
See why: \`select * from emails where status = 'due'\`. They go out by themselves.

How things are now: \`select health()\`. This mail goes to the setting alert_address; what it says is not said again within a day.
`,
  );
  assertEquals([message.from, message.to], [
    "Outbound Solutions <team@outboundsolutions.com>",
    "ops@example.com",
  ]);
  assert(!("replyTo" in message) && !("attachments" in message));
});

Deno.test("what is still wrong comes with it, and what is well again", async () => {
  const message = await renderAlarm({
    wrong: [WRONG, { ...WRONG, check: "schedule", is_new: false }],
    well: [WELL],
  });
  assertEquals(
    message.subject,
    "Wrong in calcom-deals: mails that do not go out, the schedule; well again: missing webhooks",
  );
  assert(message.text.includes("The schedule, since 2026-12-01 06:10 UTC, still\n"));
  assert(message.text.includes(
    "Well again: missing webhooks\nwrong since 2026-11-30 20:00 UTC, well since 2026-12-01 05:30 UTC\n",
  ));
});

Deno.test("when nothing is wrong any more, it says so", async () => {
  const message = await renderAlarm({ wrong: [], well: [WELL] });
  assertEquals(message.subject, "Well again in calcom-deals: missing webhooks");
  assert(message.html.includes(">It is well again</h1>"));
});

Deno.test("a command stays as it is, to be copied; nothing becomes a link or markup", async () => {
  const message = await renderAlarm({
    wrong: [{
      ...WRONG,
      detail: "Resend says: <b>see</b> https://evil.example/a, ask ann@evil.example",
      what_to_do:
        "`select vault.create_secret('https://<project-ref>.supabase.co', 'project_url')`",
    }],
    well: [],
  });
  assertEquals(readLinks(message.html), []);
  assert(message.html.includes("https[:]//evil[.]example/a, ask ann[@]evil[.]example"));
  assertNotMatch(message.html, /<b>/);
  assert(
    message.html.includes(
      ">select vault.create_secret(&#x27;https://&lt;project-ref&gt;.supabase.co&#x27;, " +
        "&#x27;project_url&#x27;)</code>",
    ),
  );
});

Deno.test("a check of a later version is called by its name, and nothing at all is no trouble", async () => {
  const message = await renderAlarm({ wrong: [{ check: "new_thing" }, null, 7], well: ["x"] });
  assertEquals(
    message.subject,
    "Wrong in calcom-deals: new thing, something, something; well again: something",
  );
  assertEquals((await renderAlarm({ wrong: "x" })).subject, "calcom-deals");
});
