import { assert, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { render } from "./sample.ts";

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
      { join_url: "https://meet.example/x", location: "https://meet.example/x" },
      "Join the call https://meet.example/x",
    ],
    [
      "a telephone number",
      { join_url: null, location: "+15550142077" },
      "Where\nBy phone: +15550142077",
    ],
    [
      "a telephone number that a visitor typed",
      { join_url: null, location: "+15550142077", is_visitors_place: true },
      "Where\nBy phone: +1555·0142·077",
    ],
    ["an address", { join_url: null, location: "Hafenstraße 12" }, "Where\nHafenstraße 12"],
    [
      "a link that a visitor typed",
      { join_url: null, location: "https://evil.example/x" },
      "Where\nhttps[:]//evil[.]example/x",
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
    assert(!/javascript|href="[^"]*evil/.test(html));
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

for (
  const [name, recurring, expected] of [
    ["in full", { count: 4, freq: 2, interval: 1 }, "4 meetings, every week"],
    [
      "every other month",
      { count: 6, freq: "MONTHLY", interval: 2 },
      "6 meetings, every 2 months",
    ],
    [
      "without an end",
      { count: null, freq: "3", interval: null },
      "Several meetings, every day",
    ],
    ["in no known rhythm", { count: 4, freq: "constructor" }, "4 meetings"],
    ["of which nothing is known", {}, "Several meetings"],
  ] as const
) {
  Deno.test(`a series ${name} says so`, async () => {
    const { text } = await render("confirmation", { recurring });
    assert(
      text.includes(
        `\n\nSeries\n${expected}\nThis mail confirms all of them; `,
      ),
      text,
    );
  });
}

Deno.test("a single meeting is no series, nor is the move of one", async () => {
  for (const recurring of [null, "weekly", [], 4]) {
    assert(
      !/^Series$/m.test((await render("confirmation", { recurring })).text),
    );
  }
  for (const kind of ["reschedule", "cancellation"]) {
    assert(
      !/^Series$/m.test((await render(kind, { recurring: { count: 4 } })).text),
    );
  }
});
