import { assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { formatBriefly, formatHostTime, formatTime } from "./time.ts";

const START = "2026-12-01T15:00:00Z";
const END = "2026-12-01T15:30:00.000+00:00";

function show(
  timeZone: string | null,
  locale: string | null,
  start = START,
  end: string | null = END,
) {
  return formatTime({ start, end, timeZone, locale });
}

Deno.test("a time is the attendee's own, with the zone by name and place", () => {
  assertEquals(
    show("America/Chicago", "en"),
    "Tuesday, December 1, 2026, 9:00 – 9:30 AM, Central Standard Time (America/Chicago)",
  );
});

Deno.test("the locale decides how a date is written", () => {
  assertEquals(
    show("Europe/Berlin", "de"),
    "Dienstag, 1. Dezember 2026, 16:00–16:30 Uhr, Mitteleuropäische Normalzeit (Europe/Berlin)",
  );
  assertMatch(
    show("Asia/Kolkata", "en-GB") ?? "",
    /^Tuesday, 1 December 2026, 20:30–21:00, India/,
  );
  assertMatch(show("Asia/Kolkata", "pt-BR") ?? "", /1 de dezembro de 2026/);
});

Deno.test("summer time is that of the day of the meeting", () => {
  // Clocks go back on 2026-11-01 in Chicago, on 2026-10-25 in Berlin.
  const at = (day: string) => show("America/Chicago", "en", `${day}T15:00:00Z`, null);
  assertMatch(at("2026-10-31") ?? "", /10:00 AM, Central Daylight Time/);
  assertMatch(at("2026-11-02") ?? "", /9:00 AM, Central Standard Time/);
});

Deno.test("over the change of the clocks, each end says by which of the two it goes", () => {
  const berlin = (start: string, end: string, locale = "en-GB") =>
    show("Europe/Berlin", locale, start, end);
  // 90 minutes that look like 30, and an hour that looks like none.
  assertEquals(
    berlin("2026-10-25T00:30:00Z", "2026-10-25T02:00:00Z"),
    "Sunday, 25 October 2026 at 2:30, Central European Summer Time – " +
      "3:00, Central European Standard Time (Europe/Berlin)",
  );
  assertMatch(
    berlin("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "de") ?? "",
    / 2:30, Mitteleuropäische Sommerzeit – 2:30, Mitteleuropäische Normalzeit/,
  );
  // Half an hour that looks like 90 minutes.
  assertMatch(
    berlin("2026-03-29T00:45:00Z", "2026-03-29T01:15:00Z") ?? "",
    /1:45, Central European Standard Time – 3:15, Central European Summer Time/,
  );
  assertMatch(
    berlin("2026-10-24T20:00:00Z", "2026-10-25T02:00:00Z") ?? "",
    /^Saturday, 24 October 2026 at 22:00, .* Summer Time – Sunday, 25 October 2026 at 3:00, /,
  );
});

Deno.test("a meeting that takes whole days is its days, without a clock", () => {
  assertEquals(
    show("America/Chicago", "en", "2026-12-01T06:00:00Z", "2026-12-02T06:00:00Z"),
    "Tuesday, December 1, 2026",
  );
  assertEquals(
    show("Europe/Berlin", "de", "2026-11-30T23:00:00Z", "2026-12-02T23:00:00Z"),
    "Dienstag, 1. – Mittwoch, 2. Dezember 2026",
  );
  // The clocks go back: this day has 25 hours. On the other one they go forward.
  assertEquals(
    show(
      "Europe/Berlin",
      "en-GB",
      "2026-10-24T22:00:00Z",
      "2026-10-25T23:00:00Z",
    ),
    "Sunday, 25 October 2026",
  );
  assertEquals(
    show(
      "Europe/Berlin",
      "en-GB",
      "2026-03-28T23:00:00Z",
      "2026-03-29T22:00:00Z",
    ),
    "Sunday, 29 March 2026",
  );
  const brief = formatBriefly({
    start: "2026-12-01T06:00:00Z",
    end: "2026-12-02T06:00:00Z",
    timeZone: "America/Chicago",
    locale: "en",
  });
  assertEquals(brief, "Tue, Dec 1");
});

Deno.test("what only looks like whole days has its clock", () => {
  for (
    const [zone, start, end] of [
      [null, "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"], // whose midnight is not known
      ["Europe/Berlin", "2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"],
      ["UTC", "2026-12-01T00:00:00Z", "2026-12-01T23:59:00Z"],
      ["UTC", "2026-12-01T00:00:00Z", "2026-12-01T00:00:00Z"],
      ["UTC", "2026-12-01T00:00:00Z", null],
    ] as const
  ) {
    assertMatch(
      show(zone, "en", start, end) ?? "",
      /\d:\d\d/,
      `${zone} ${start} ${end}`,
    );
  }
});

Deno.test("a meeting over midnight shows both days", () => {
  const time = show("Asia/Tokyo", "en", "2026-12-01T14:30:00Z", "2026-12-01T15:30:00Z");
  assertMatch(time ?? "", /December 1, .*11:30 PM – .*December 2, .*12:30 AM/);
});

Deno.test("an odd zone is UTC, an odd locale is English", () => {
  const utc = "Tuesday, December 1, 2026, 3:00 – 3:30 PM, UTC";
  for (const zone of [null, "", "Mars/Olympus", "undefined", "Europe/Berlin\r\nBcc: x"]) {
    assertEquals(show(zone, "en"), utc);
  }
  for (const locale of [null, "", "xx", "not a locale", "de_DE"]) {
    assertEquals(show("UTC", locale), utc);
  }
});

Deno.test("without an end, or with one before the start, the start stands alone", () => {
  const expected = "Tuesday, December 1, 2026 at 3:00 PM, UTC";
  assertEquals(show("UTC", "en", START, null), expected);
  assertEquals(show("UTC", "en", START, "soon"), expected);
  assertEquals(show("UTC", "en", START, "2026-12-01T14:00:00Z"), expected);
});

Deno.test("without a start there is no time", () => {
  assertEquals(formatTime({ start: null, end: END, timeZone: "UTC", locale: "en" }), null);
  assertEquals(show("UTC", "en", "tomorrow"), null);
});

Deno.test("in short it is the start, with the zone of that day", () => {
  const brief = (start: string, timeZone: string, locale: string) =>
    formatBriefly({ start, end: END, timeZone, locale });
  assertEquals(brief(START, "America/Chicago", "en"), "Tue, Dec 1, 9:00 AM CST");
  assertEquals(brief("2026-07-01T15:00:00Z", "America/Chicago", "en"), "Wed, Jul 1, 10:00 AM CDT");
  assertEquals(brief(START, "Europe/Berlin", "de"), "Di., 1. Dez., 16:00 MEZ");
  assertEquals(formatBriefly({ start: null, end: END, timeZone: null, locale: null }), null);
});

Deno.test("the host's clock is shown where it differs from the attendee's", () => {
  const host = (zone: string | null, start = START, timeZone: string | null = "America/Chicago") =>
    formatHostTime({ start, end: null, timeZone, locale: "en" }, zone);
  assertEquals(
    host("Europe/Stockholm"),
    "4:00 PM, Central European Standard Time (Europe/Stockholm)",
  );
  // Phoenix never changes its clocks: it has the time of California in summer only.
  assertEquals(host("America/Phoenix", "2026-07-01T15:00:00Z", "America/Los_Angeles"), null);
  assertMatch(
    host("America/Phoenix", "2026-12-01T15:00:00Z", "America/Los_Angeles") ?? "",
    /^8:00 AM, Mountain Standard Time/,
  );
  assertMatch(host("Asia/Tokyo") ?? "", /^Wednesday, December 2, 2026 at 12:00 AM, Japan/);
  for (const zone of ["America/Chicago", "America/Winnipeg", null, "Mars/Olympus"]) {
    assertEquals(host(zone), null, String(zone));
  }
  // The clocks of Los Angeles change during the meeting, and only at its end is it another time.
  assertMatch(
    formatHostTime({
      start: "2026-11-01T08:30:00Z",
      end: "2026-11-01T10:30:00Z",
      timeZone: "America/Phoenix",
      locale: "en",
    }, "America/Los_Angeles") ?? "",
    /1:30 AM, Pacific Daylight Time – 2:30 AM, Pacific Standard Time/,
  );
});
