import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
} from "npm:deno-std@1.4.0/assert/mod.js";
import type { Json } from "../../_shared/database.types.ts";
import { renderMessage } from "./message.ts";
import type { EmailRow } from "./types.ts";

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
  guests: [],
  host_page: "mara",
  event_page: "discovery-call",
  calendar: { uid: "abc@Cal.com", sequence: 1, hides_notes: false },
  brand: { logo_url: null, color: null, footer: null, attaches_calendar: true },
};

function render(kind: string, details: Details = {}, email: Partial<EmailRow> = {}) {
  return renderMessage({
    id: "5a8f8d7e-0000-4000-8000-000000000001",
    kind,
    seat_id: null,
    from_address: "team@outboundsolutions.com",
    from_name: null,
    reply_to: "mara@brightloom.example",
    to_address: "tobias.reyes@northwindcargo.example",
    template_data: { ...DETAILS, ...details },
    request_body: null,
    created_at: "2026-11-21T07:45:20Z",
    ...email,
  } as EmailRow);
}

Deno.test("a confirmation says what, when, with whom, where, and how to change it", async () => {
  const message = await render("confirmation", {
    notes: "Looking at Q1 rollout.",
    guests: [
      { name: "Amara Silva", email: "amara@northwindcargo.example" },
      { name: null, email: "kofi@northwindcargo.example" },
    ],
  });
  assertEquals(
    message.text,
    `Hello Tobias Reyes,

your meeting is booked.

What
Discovery call between Mara Lindqvist and Tobias Reyes

When
Tuesday, December 1, 2026, 9:00 – 9:30 AM, Central Standard Time (America/Chicago)

Host's time
4:00 – 4:30 PM, Central European Standard Time (Europe/Stockholm)

Who
Mara Lindqvist (host)
Tobias Reyes (you)
Amara Silva
kofi@northwindcargo.example

Join the call https://app.cal.com/video/abc?a=1&b=2

Notes
Looking at Q1 rollout.

Does the time no longer suit you?
Reschedule https://cal.com/reschedule/abc
Cancel the meeting https://cal.com/booking/abc?cancel=true

Any questions? Just reply to this mail.
`,
  );
  assertEquals(
    message.subject,
    "Confirmed: Discovery call between Mara Lindqvist and Tobias Reyes (Tue, Dec 1, 9:00 AM CST)",
  );
  assertEquals(message.from, "team@outboundsolutions.com");
  assertEquals(message.to, "tobias.reyes@northwindcargo.example");
  assertEquals(message.replyTo, "mara@brightloom.example");
  assertEquals(message.attachments?.map(({ filename }) => filename), ["invite.ics"]);
});

Deno.test("the HTML part says the same as the text part", async () => {
  for (const kind of ["confirmation", "reschedule", "cancellation"]) {
    const { html, text } = await render(kind, {
      old_start_time: "2026-11-30T15:00:00Z",
      reason: "No longer needed",
      notes: "One\nTwo & <three>",
    });
    const words = readWords(html);
    for (const line of text.split("\n").filter((line) => line !== "")) {
      assert(words.includes(line.replace(/ https:.*$/, "")), `${kind}: ${line}`);
    }
    for (const [link] of text.matchAll(/https:\S+/g)) {
      assert(html.includes(`href="${link.replaceAll("&", "&amp;")}"`), link);
    }
  }
});

Deno.test("a reschedule shows the new time, and the old one struck through", async () => {
  const { text, html, subject } = await render("reschedule", {
    start_time: "2026-12-03T15:00:00Z",
    end_time: "2026-12-03T15:30:00Z",
    old_start_time: "2026-12-01T15:00:00Z",
    old_end_time: "2026-12-01T15:30:00Z",
  });
  assertMatch(subject, /^New time: Discovery call.* \(Thu, Dec 3, 9:00 AM CST\)$/);
  assertMatch(text, /^New time\nThursday, December 3, 2026, 9:00 – 9:30 AM, Central/m);
  assertMatch(text, /^Old time\nTuesday, December 1, 2026, 9:00 – 9:30 AM, Central/m);
  assertMatch(html, /<del style="text-decoration:line-through">Tuesday, December 1, 2026/);
  assertNotMatch(html, /<del[^>]*>Thursday/);
});

Deno.test("the change of the clocks between two times shows in both", async () => {
  const { text } = await render("reschedule", {
    time_zone: "Europe/Berlin",
    locale: "de",
    organizer_time_zone: "America/New_York",
    // The clocks of Berlin go back on October 25, those of New York on November 1.
    old_start_time: "2026-10-23T13:00:00Z",
    old_end_time: null,
    start_time: "2026-10-26T14:00:00Z",
    end_time: "2026-10-26T15:00:00Z",
  });
  assertMatch(text, /^Freitag, 23\. Oktober 2026 um 15:00, Mitteleuropäische Sommerzeit/m);
  assertMatch(text, /^Montag, 26\. Oktober 2026, 15:00–16:00 Uhr, Mitteleuropäische Normalzeit/m);
  assertMatch(text, /^10:00–11:00 Uhr, Nordamerikanische Ostküsten-Sommerzeit/m);
});

Deno.test("a cancellation shows the reason and the link to a new booking, not the call", async () => {
  const { text, html, subject, attachments } = await render("cancellation", {
    reason: "No longer needed",
  });
  assertMatch(subject, /^Cancelled: Discovery call/);
  assertMatch(text, /^Was planned for\nTuesday, December 1, 2026/m);
  assertMatch(text, /^Reason\nNo longer needed$/m);
  assertEquals([...new Set(readLinks(html))], ["https://cal.com/mara/discovery-call"]);
  assertEquals(attachments?.map(({ filename }) => filename), ["cancel.ics"]);
});

Deno.test("a host who asks for another time gets it asked for", async () => {
  const { text } = await render("cancellation", { is_asked_to_move: true });
  assertMatch(text, /^Your host asks you to pick another time\.$/m);
  assertMatch(
    text,
    /^Pick another time https:\/\/cal\.com\/reschedule\/abc\?allowRescheduleForCancelledBooking=true$/m,
  );
});

Deno.test("no reason is no line", async () => {
  for (const reason of [null, "", "  ", "undefined", "Please reschedule. undefined"]) {
    const { text } = await render("cancellation", { reason });
    assert(!text.includes("Reason"), String(reason));
  }
  const { text } = await render("cancellation", { reason: "Please reschedule. I am ill" });
  assertMatch(text, /^Reason\nPlease reschedule. I am ill$/m);
});

for (
  const [name, details, expected] of [
    [
      "a call whose link is not known",
      { join_url: null },
      "Where\nVideo call. The link is in your calendar invitation.",
    ],
    [
      "a link as location",
      { join_url: null, location: "https://meet.example/x" },
      "Join the call https://meet.example/x",
    ],
    [
      "a telephone number",
      { join_url: null, location: "+15550142077" },
      "Where\nBy phone: +15550142077",
    ],
    ["an address", { join_url: null, location: "Hafenstraße 12" }, "Where\nHafenstraße 12"],
    [
      "a link that a visitor slipped in beside an address",
      { join_url: "https://evil.example", location: "Hafenstraße 12" },
      "Where\nHafenstraße 12",
    ],
    [
      "a link that is none",
      { join_url: "javascript:alert(1)" },
      "Where\nVideo call. The link is in your calendar invitation.",
    ],
  ] as const
) {
  Deno.test(`the place: ${name}`, async () => {
    const { text, html } = await render("confirmation", details);
    assert(text.split("\n\n").includes(expected), text);
    assert(!/evil|javascript/.test(html));
  });
}

Deno.test("no place is no line", async () => {
  for (const location of [null, "", " "]) {
    const { text } = await render("confirmation", { join_url: null, location });
    assert(!/^(Where|Join)/m.test(text));
  }
});

Deno.test("what the booking does not allow is no link, and nothing at all no question", async () => {
  const one = await render("confirmation", { is_reschedulable: false });
  assert(!/^Reschedule/m.test(one.text));
  assertMatch(one.text, /^Cancel the meeting/m);
  const none = await render("confirmation", { is_reschedulable: false, is_cancellable: false });
  assert(!/Does the time|^Reschedule|^Cancel/m.test(none.text));
});

Deno.test("whatever is missing, a mail comes out", async () => {
  for (
    const template_data of [{}, [], "x", {
      title: 7,
      start_time: {},
      time_zone: [],
      guests: [7, null],
    }] as NonNullable<Json>[]
  ) {
    for (const kind of ["confirmation", "reschedule", "cancellation", "other"]) {
      const { text, html, subject, attachments } = await render(kind, {}, { template_data });
      if (kind === "confirmation") assertEquals(subject, "Confirmed: Your meeting");
      assertMatch(text, /^Hello,\n[^]*See your calendar invitation$/m);
      assert(!/undefined|null|\[object/.test(text + html));
      assertEquals(attachments, undefined);
    }
  }
});

Deno.test("markup in any value stays text", async () => {
  const evil = `<img src=x onerror="alert('1')">`;
  const template_data = {
    ...Object.fromEntries(Object.keys(DETAILS).map((key) => [key, evil])),
    guests: [{ name: evil, email: evil }],
    brand: { logo_url: evil, color: `red;background:url(x)`, footer: evil },
  };
  for (const kind of ["confirmation", "reschedule", "cancellation"]) {
    const { html } = await render(kind, { ...template_data, start_time: "2026-12-01T15:00:00Z" }, {
      from_name: evil,
    });
    assert(!html.includes("<img"));
    assert(!html.includes("url(x)"));
    assert(html.includes("&lt;img src=x onerror=&quot;alert(&#x27;1&#x27;)&quot;&gt;"));
  }
});

Deno.test("nothing in a link can leave its attribute", async () => {
  const { html } = await render("confirmation", {
    join_url: `https://a.example/?x="onmouseover=alert(1)'<b>`,
    booker_url: `https://b.example/"x`,
    uid: `"><b>`,
  });
  const own = await render("confirmation");
  assert(own.html.includes('href="https://app.cal.com/video/abc?a=1&amp;b=2"'));
  assertEquals([...new Set(readLinks(html))], [
    "https://a.example/?x=%22onmouseover=alert(1)%27%3Cb%3E",
    "https://b.example/%22x/reschedule/%22%3E%3Cb%3E",
    "https://b.example/%22x/booking/%22%3E%3Cb%3E?cancel=true",
  ]);
});

Deno.test("what visitors typed becomes no link", async () => {
  const typed = "win at https://evil.example/prize, www.evil.example or mail a@evil.example";
  const { html, text } = await render("confirmation", {
    title: typed,
    attendee_name: typed,
    notes: `${typed}\n<a href="https://evil.example">here</a>`,
  });
  assert(text.includes(typed) && html.includes(typed));
  assert(!readLinks(html).some((link) => link.includes("evil")));
  assert(html.includes('<meta name="format-detection"'));
});

Deno.test("a line break in a title starts no header", async () => {
  const { subject } = await render("confirmation", {
    title: "Call\r\nBcc: victim@x.example",
    start_time: null,
  });
  assertEquals(subject, "Confirmed: Call Bcc: victim@x.example");
});

Deno.test("a title from right to left turns nothing around it", async () => {
  const { subject, html } = await render("confirmation", { title: "שיחת היכרות" });
  assertEquals(subject, "Confirmed: \u2068שיחת היכרות\u2069 (Tue, Dec 1, 9:00 AM CST)");
  assert(html.includes("<bdi>שיחת היכרות</bdi>"));
});

Deno.test("the sender's name cannot change the sender", async () => {
  const from = async (from_name: string) => (await render("confirmation", {}, { from_name })).from;
  assertEquals(await from("Outbound Solutions"), "Outbound Solutions <team@outboundsolutions.com>");
  assertEquals(
    await from(`Evil" <x@y.example>,\r\n`),
    `"Evil\\" <x@y.example>," <team@outboundsolutions.com>`,
  );
});

Deno.test("a host without an address gets no replies, and none are asked for", async () => {
  const message = await render("confirmation", { organizer_name: "Nameless" }, {
    reply_to: "Email-less",
  });
  assert(!("replyTo" in message));
  assert(!/reply/.test(message.text));
  assertMatch(message.text, /^Who\nmara@brightloom.example \(host\)$/m);
});

Deno.test("somebody who holds one of several seats gets links to that seat alone", async () => {
  const { html } = await render("confirmation", { is_seated: true }, { seat_id: "3be561a9" });
  assertEquals(readLinks(html).filter((link) => link.startsWith("https://cal.com/")), [
    "https://cal.com/reschedule/3be561a9",
    "https://cal.com/booking/abc?cancel=true&seatReferenceUid=3be561a9",
  ]);
});

Deno.test("a brand shows its logo, its colour and its footer", async () => {
  const { html, text } = await render("confirmation", {
    brand: {
      logo_url: "https://brand.example/logo.png",
      color: "#ffcc00",
      footer: "Brand Ltd\n1 Harbour Street",
      attaches_calendar: false,
    },
  }, { from_name: "Brand & Co" });
  assertMatch(html, /<img alt="Brand &amp; Co"[^>]* src="https:\/\/brand\.example\/logo\.png"/);
  assertMatch(html, /background-color:#ffcc00;color:#000000/, "dark words on a light button");
  assertMatch(text, /Brand Ltd\n1 Harbour Street\n$/);
});

for (
  const [locale, subject, hello, heading] of [
    ["de-AT", "Bestätigt: ", "Guten Tag Tobias Reyes,", "Ihr Termin ist bestätigt"],
    ["fr", "Confirmé : ", "Bonjour Tobias Reyes,", "Votre rendez-vous est confirmé"],
    ["es-419", "Confirmada: ", "Hola, Tobias Reyes:", "Su reunión está confirmada"],
    ["pt-BR", "Confirmada: ", "Olá, Tobias Reyes,", "A sua reunião está confirmada"],
    ["it", "Confermato: ", "Buongiorno Tobias Reyes,", "Il Suo incontro è confermato"],
    ["nl", "Bevestigd: ", "Hallo Tobias Reyes,", "Uw afspraak is bevestigd"],
    ["sv", "Bekräftat: ", "Hej Tobias Reyes,", "Ditt möte är bekräftat"],
    ["ja", "Confirmed: ", "Hello Tobias Reyes,", "Your meeting is confirmed"],
  ] as const
) {
  Deno.test(`an attendee whose locale is ${locale} reads "${heading}"`, async () => {
    const message = await render("confirmation", { locale });
    assert(message.subject.startsWith(subject), message.subject);
    assert(message.text.startsWith(`${hello}\n`), message.text);
    assertMatch(message.html, new RegExp(`<h1[^>]*>${heading}</h1>`));
    const language = locale === "ja" ? "en" : locale.slice(0, 2);
    assertMatch(message.html, new RegExp(`<html dir="ltr" lang="${language}">`));
  });
}

/** What a reader sees. */
function readWords(html: string): string {
  return html.replace(/<head>[^]*<\/head>|<!--.*?-->|<[^>]+>/g, " ")
    .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&#x27;", "'")
    .replaceAll("&amp;", "&").replace(/ {2,}/g, " ");
}

/** Where its links lead. */
function readLinks(html: string): string[] {
  return [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!.replaceAll("&amp;", "&"));
}
