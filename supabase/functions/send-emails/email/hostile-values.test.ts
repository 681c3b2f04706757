import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Json } from "../../_shared/database.types.ts";
import { DATA, readLinks, render } from "./sample.ts";

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
    ...Object.fromEntries(Object.keys(DATA).map((key) => [key, evil])),
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
  const shown =
    "win at https[:]//evil[.]example/prize, www[.]evil[.]example or mail a[@]evil[.]example";
  for (const key of ["title", "notes", "location", "reason"]) {
    const { html, text } = await render(
      key === "reason" ? "cancellation" : "confirmation",
      { attendee_name: typed, join_url: null, [key]: `${typed} <a href="https://evil.example">` },
    );
    // Each by itself: one that is shown as it should be stands for no other.
    assert(text.includes(shown) && html.includes(shown), key);
    assert(!/evil\.example/.test(text + html), key);
    assert(html.includes('<meta name="format-detection"'));
  }
});

Deno.test("a line break in a title starts no header", async () => {
  const { subject } = await render("confirmation", {
    title: "Call\r\nBcc: victim@x.example",
    start_time: null,
  });
  assertEquals(subject, "Confirmed: Call Bcc: victim[@]x[.]example");
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
