import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { linkTo, readPlace } from "../board/src/address.ts";
import {
  formatAgo,
  formatDate,
  formatDateTime,
  formatDay,
  formatMeeting,
  formatSince,
  formatTime,
  readInterval,
} from "../board/src/ui/format.ts";
import { listWords } from "../board/src/ui/search.ts";
import { withoutTurns } from "../board/src/ui/turn.ts";

Deno.test("a place of the board and its address say the same", () => {
  const link = linkTo("pipeline", null, { host: "a&b@c.example", search: "what?", brand: "" });
  assertEquals(link, "#/pipeline?host=a%26b%40c.example&search=what%3F");
  const { page, id, params } = readPlace(link);
  assertEquals([page, id, Object.fromEntries(params)], ["pipeline", null, {
    host: "a&b@c.example",
    search: "what?",
  }]);
  assertEquals(linkTo("deal", "a/b"), "#/deal/a%2Fb");
  assertEquals(readPlace("#/deal/a%2Fb").id, "a/b");
  assertEquals(readPlace("").page, "");
  assertEquals(readPlace("#/%").page, "%");
});

Deno.test("an interval of Postgres is so many seconds", () => {
  assertEquals(readInterval("1 day 02:03:04.5"), 86_400 + 2 * 3_600 + 3 * 60 + 4.5);
  assertEquals(readInterval("-00:30:00"), -1_800);
  assertEquals(readInterval("1 year 2 mons"), (365 + 60) * 86_400);
});

Deno.test("how long it is since a moment is told as people do", () => {
  const now = Date.parse("2026-11-26T12:00:00Z");
  assertEquals(formatSince("2026-11-26T11:59:30Z", now), "just now");
  assertEquals(formatSince("2026-11-25T11:00:00Z", now), "1 day");
  assertEquals(formatAgo("2026-11-23T12:00:00Z", now), "3 days ago");
  assertEquals(formatAgo("2026-11-26T14:00:00Z", now), "in 2 hours");
  assertEquals(formatAgo(null, now), "–");
});

Deno.test("what is no moment is a dash, and keeps no page from being shown", () => {
  // What a hand can write into a column of times, and what stands in an address that was cut off.
  for (const moment of ["infinity", "-infinity", "12026-01-01T00:00:00+00:00", "last week"]) {
    for (
      const format of [formatDate, formatDateTime, formatDay, formatTime, formatMeeting, formatAgo]
    ) {
      assertEquals(format(moment), "–", `${format.name} of ${moment}`);
    }
    assertEquals(formatSince(moment), "–");
  }
});

Deno.test("no sign that somebody searches gets into a filter", () => {
  assertEquals(listWords(' a,b)  or=(c "d" 100% x_y* {} '), [
    "a",
    "b",
    "or=",
    "c",
    "d",
    "100",
    "x",
    "y",
  ]);
  assertEquals(listWords("()"), []);
});

Deno.test("no name turns a sentence around", () => {
  assertEquals(withoutTurns("Did Eve \u202Egnp.exe\u2066 come?"), "Did Eve gnp.exe come?");
  assertEquals(withoutTurns("Did محمد عبد الله come?"), "Did محمد عبد الله come?");
});
