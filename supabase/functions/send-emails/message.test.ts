import assert from "node:assert/strict";
import type { Json } from "../_shared/database.types.ts";
import { type OwedEmail, renderMessage } from "./message.ts";

type Details = Record<string, Json>;

const DETAILS: Details = {
  title: "Discovery call between Mara Lindqvist and Tobias Reyes",
  start_time: "2026-12-01T15:00:00Z",
  end_time: "2026-12-01T15:30:00Z",
  time_zone: "America/Chicago",
  locale: "en",
  attendee_name: "Tobias Reyes",
  organizer_name: "Mara Lindqvist",
  organizer_email: "mara@brightloom.example",
  organizer_time_zone: "Europe/Stockholm",
  location: "integrations:daily",
  join_url: "https://app.cal.com/video/abc?a=1&b=2",
  notes: null,
  reason: null,
  old_start_time: null,
  old_end_time: null,
  booker_url: "https://cal.com",
  uid: "abc",
};

function render(kind: string, details: Details = {}, email: Partial<OwedEmail> = {}) {
  return renderMessage({
    id: "5a8f8d7e-0000-4000-8000-000000000001",
    kind,
    seat_id: null,
    from_address: "team@outboundsolutions.com",
    from_name: null,
    reply_to: "mara@brightloom.example",
    to_address: "tobias.reyes@northwindcargo.example",
    details: { ...DETAILS, ...details },
    message: null,
    ...email,
  } as OwedEmail);
}

Deno.test("a confirmation says what, when, with whom, where, and how to change it", () => {
  const message = render("confirmation");
  assert.equal(
    message.text,
    `Hello Tobias Reyes,

your meeting is booked.

What: Discovery call between Mara Lindqvist and Tobias Reyes
When: Tuesday, December 1, 2026, 9:00 – 9:30 AM, Central Standard Time (America/Chicago)
With: Mara Lindqvist
Join the call: https://app.cal.com/video/abc?a=1&b=2
Reschedule or cancel: https://cal.com/booking/abc

Any questions? Just reply to this mail.
`,
  );
  assert.equal(
    message.subject,
    "Confirmed: Discovery call between Mara Lindqvist and Tobias Reyes",
  );
  assert.equal(message.from, "team@outboundsolutions.com");
  assert.equal(message.to, "tobias.reyes@northwindcargo.example");
  assert.equal(message.replyTo, "mara@brightloom.example");
});

Deno.test("the HTML part says the same as the text part", () => {
  for (const kind of ["confirmation", "reschedule", "cancellation"]) {
    const { html, text } = render(kind, {
      old_start_time: "2026-11-30T15:00:00Z",
      reason: "No longer needed",
    });
    const words = html.replace(/<style[\s\S]*?<\/style>|<title>.*<\/title>|<[^>]+>/g, " ")
      .replaceAll("&amp;", "&").replace(/\s+/g, " ");
    for (const line of text.split("\n").filter((line) => line !== "")) {
      assert.ok(words.includes(line.replace(/^([\w ]+): /, "$1 ")), line);
    }
  }
});

Deno.test("a reschedule shows the new and the old time", () => {
  const { text, subject } = render("reschedule", {
    start_time: "2026-12-03T15:00:00Z",
    end_time: "2026-12-03T15:30:00Z",
    old_start_time: "2026-12-01T15:00:00Z",
    old_end_time: "2026-12-01T15:30:00Z",
  });
  assert.match(subject, /^New time: Discovery call/);
  assert.match(text, /^New time: Thursday, December 3, 2026, 9:00 – 9:30 AM, Central/m);
  assert.match(text, /^Old time: Tuesday, December 1, 2026, 9:00 – 9:30 AM, Central/m);
});

Deno.test("a cancellation shows the reason, and no way into a call that is off", () => {
  const { text, html, subject } = render("cancellation", { reason: "No longer needed" });
  assert.match(subject, /^Cancelled: Discovery call/);
  assert.match(text, /^Was planned for: Tuesday, December 1, 2026/m);
  assert.match(text, /^Reason: No longer needed$/m);
  assert.ok(!html.includes("href"));
});

Deno.test("no reason is no line", () => {
  for (const reason of [null, "", "  ", "undefined", "Please reschedule. undefined"]) {
    assert.ok(!render("cancellation", { reason }).text.includes("Reason"), String(reason));
  }
  assert.match(
    render("cancellation", { reason: "Please reschedule. I am ill" }).text,
    /^Reason: Please reschedule. I am ill$/m,
  );
});

for (
  const [name, details, expected] of [
    [
      "a call whose link is not known",
      { join_url: null },
      "Where: Video call. The link is in your calendar invitation.",
    ],
    [
      "a link as location",
      { join_url: null, location: "https://meet.example/x" },
      "Join the call: https://meet.example/x",
    ],
    [
      "a telephone number",
      { join_url: null, location: "+15550142077" },
      "Where: By phone: +15550142077",
    ],
    ["an address", { join_url: null, location: "Hafenstraße 12" }, "Where: Hafenstraße 12"],
    [
      "a link that is none",
      { join_url: "javascript:alert(1)" },
      "Where: Video call. The link is in your calendar invitation.",
    ],
  ] as const
) {
  Deno.test(`the place: ${name}`, () => {
    assert.ok(render("confirmation", details).text.split("\n").includes(expected));
  });
}

Deno.test("no place is no line", () => {
  for (const location of [null, "", " "]) {
    const { text } = render("confirmation", { join_url: null, location });
    assert.ok(!/^(Where|Join)/m.test(text));
  }
});

Deno.test("whatever is missing, a mail comes out", () => {
  for (
    const details of [{}, [], "x", { title: 7, start_time: {}, time_zone: [] }] as NonNullable<
      Json
    >[]
  ) {
    const { subject, text } = render("confirmation", {}, { details });
    assert.equal(subject, "Confirmed: Your meeting");
    assert.match(text, /^Hello,\n[^]*^When: See your calendar invitation$/m);
    assert.ok(!/undefined|null|\[object/.test(text));
  }
});

Deno.test("markup in any value stays text", () => {
  const evil = `<img src=x onerror="alert('1')">`;
  const details = Object.fromEntries(Object.keys(DETAILS).map((key) => [key, evil]));
  for (const kind of ["confirmation", "reschedule", "cancellation"]) {
    const { html } = render(kind, { ...details, start_time: "2026-12-01T15:00:00Z" });
    assert.ok(!html.includes("<img"));
    assert.ok(html.includes("&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;"));
  }
});

Deno.test("nothing in a link can leave its attribute", () => {
  const { html } = render("confirmation", {
    join_url: `https://a.example/?x="onmouseover=alert(1)'<b>`,
    booker_url: `https://b.example/"x`,
    uid: `"><b>`,
  });
  assert.ok(
    render("confirmation").html.includes('href="https://app.cal.com/video/abc?a=1&amp;b=2"'),
  );
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
  assert.deepEqual(links, [
    "https://a.example/?x=%22onmouseover=alert(1)%27%3Cb%3E",
    "https://b.example/%22x/booking/%22%3E%3Cb%3E",
  ]);
});

Deno.test("a line break in a title starts no header", () => {
  const { subject } = render("confirmation", { title: "Call\r\nBcc: victim@x.example" });
  assert.equal(subject, "Confirmed: Call Bcc: victim@x.example");
});

Deno.test("the sender's name cannot change the sender", () => {
  const from = (from_name: string) => render("confirmation", {}, { from_name }).from;
  assert.equal(from("Outbound Solutions"), "Outbound Solutions <team@outboundsolutions.com>");
  assert.equal(
    from(`Evil" <x@y.example>,\r\n`),
    `"Evil\\" <x@y.example>," <team@outboundsolutions.com>`,
  );
});

Deno.test("a host without an address gets no replies, and none are asked for", () => {
  const message = render("confirmation", { organizer_name: "Nameless" }, {
    reply_to: "Email-less",
  });
  assert.ok(!("replyTo" in message));
  assert.ok(!/reply/.test(message.text));
  assert.match(message.text, /^With: mara@brightloom.example$/m);
});

Deno.test("somebody who holds one of several seats gets no link to the whole booking", () => {
  assert.ok(!render("confirmation", {}, { seat_id: "3be561a9" }).html.includes("/booking/"));
});
