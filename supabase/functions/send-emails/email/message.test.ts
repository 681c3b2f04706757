import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
} from "npm:deno-std@1.4.0/assert/mod.js";
import { readLinks, render } from "./sample.ts";

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
kofi[@]northwindcargo[.]example

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

Deno.test("a host without an address gets no replies, and none are asked for", async () => {
  const message = await render("confirmation", { organizer_name: "Nameless" }, {
    reply_to: "Email-less",
  });
  assert(!("replyTo" in message));
  assert(!/reply/.test(message.text));
  assertMatch(message.text, /^Who\nmara@brightloom.example \(host\)$/m);
});

Deno.test("the address of a host who hides it is nowhere, not even in the calendar file", async () => {
  for (const kind of ["confirmation", "reschedule", "cancellation"]) {
    const message = await render(kind, {
      organizer_email: null,
      hides_organizer: true,
    }, {
      reply_to: null,
    });
    const files = message.attachments!.map(({ content }) => atob(content).replaceAll("\r\n ", ""));
    assert(!/mara@|@brightloom/i.test(JSON.stringify(message) + files.join()));
    assertMatch(files.join(), /ORGANIZER;.*team@outboundsolutions\.com/);
  }
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
