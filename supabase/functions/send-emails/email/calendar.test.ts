import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
} from "npm:deno-std@1.4.0/assert/mod.js";
import type { Json } from "../../_shared/database.types.ts";
import { writeCalendar } from "./calendar.ts";
import type { EmailRow } from "./types.ts";
import { toView } from "./view.ts";

const DETAILS: Record<string, Json> = {
  title: "Call, with; \\ and a very long title that does not fit into one line of a calendar — 😀",
  start_time: "2026-12-01T15:00:00Z",
  end_time: "2026-12-01T15:30:00Z",
  attendee_name: "Tobias Reyes",
  organizer_name: `Mara "M" Lindqvist`,
  organizer_email: "mara@brightloom.example",
  guests: [{ name: null, email: "guest@northwindcargo.example" }],
  location: "Hafenstraße 12",
  notes: "First\nEND:VEVENT",
  booker_url: "https://cal.com",
  uid: "abc",
  calendar: { uid: "abc@Cal.com", sequence: 3, hides_notes: false },
  brand: { attaches_calendar: true },
};

function write(kind: string, details: Record<string, Json> = {}) {
  const email = {
    id: "x",
    kind,
    seat_id: null,
    from_address: "team@outboundsolutions.com",
    from_name: null,
    reply_to: "mara@brightloom.example",
    to_address: "tobias.reyes@northwindcargo.example",
    created_at: "2026-11-21T07:45:20+00:00",
    template_data: { ...DETAILS, ...details },
  } as EmailRow;
  return writeCalendar(toView(email), email);
}

/** The lines of a file, the folded ones joined again. */
function lines(file: ReturnType<typeof write>): string[] {
  assert(file);
  const text = new TextDecoder().decode(
    Uint8Array.from(atob(file.content), (c) => c.charCodeAt(0)),
  );
  for (const line of text.split("\r\n")) {
    assert(new TextEncoder().encode(line).length <= 75, `too long: ${line}`);
    assert(!line.includes("\n"));
  }
  return text.replaceAll("\r\n ", "").split("\r\n");
}

Deno.test("a new booking asks the calendar to enter it, a move to update it", () => {
  for (const kind of ["confirmation", "reschedule"]) {
    const file = write(kind);
    assertEquals(file?.filename, "invite.ics");
    assertEquals(file?.contentType, "text/calendar; charset=utf-8; method=REQUEST");
    const text = lines(file);
    for (
      const line of [
        "METHOD:REQUEST",
        "UID:abc@Cal.com",
        "SEQUENCE:3",
        "DTSTAMP:20261121T074520Z",
        "DTSTART:20261201T150000Z",
        "DTEND:20261201T153000Z",
        "STATUS:CONFIRMED",
        "LOCATION:Hafenstraße 12",
      ]
    ) {
      assert(text.includes(line), line);
    }
  }
});

Deno.test("a cancellation takes the same entry out", () => {
  const file = write("cancellation");
  assertEquals(file?.filename, "cancel.ics");
  assertEquals(file?.contentType, "text/calendar; charset=utf-8; method=CANCEL");
  const text = lines(file);
  for (const line of ["METHOD:CANCEL", "UID:abc@Cal.com", "SEQUENCE:3", "STATUS:CANCELLED"]) {
    assert(text.includes(line), line);
  }
  assert(!text.some((line) => /^(DESCRIPTION|LOCATION)/.test(line)));
});

Deno.test("the place is the link or the address, not where else to look", () => {
  const place = (details: Record<string, Json>) =>
    lines(write("confirmation", details)).find((line) => line.startsWith("LOCATION"));
  assertEquals(
    place({ location: "integrations:daily", join_url: "https://app.cal.com/video/abc" }),
    "LOCATION:https://app.cal.com/video/abc",
  );
  assertEquals(place({ location: "integrations:daily" }), undefined);
  assertEquals(place({ location: null }), undefined);
});

Deno.test("the host invites, the attendee comes, the guests are named", () => {
  const text = lines(write("confirmation"));
  const people = text.filter((line) => /^(ORGANIZER|ATTENDEE)/.test(line));
  assertEquals(people.length, 3);
  assertMatch(people[0]!, /^ORGANIZER;CN="Mara .*":mailto:mara@brightloom\.example$/);
  assertMatch(people[1]!, /PARTSTAT=ACCEPTED.*MAILTO:tobias\.reyes@northwindcargo\.example$/i);
  assertMatch(people[2]!, /MAILTO:guest@northwindcargo\.example$/i);
  assertNotMatch(people[2]!, /ACCEPTED/);
});

Deno.test("a host without an address speaks through the sender", () => {
  const text = lines(write("confirmation", { organizer_email: null }));
  assert(text.some((line) => /^ORGANIZER;.*:mailto:team@outboundsolutions\.com$/.test(line)));
});

Deno.test("what visitors typed starts no line of its own", () => {
  const text = lines(write("confirmation"));
  assertEquals(text.filter((line) => line === "END:VEVENT").length, 1);
  assert(text.includes(
    "SUMMARY:Call\\, with\\; \\\\ and a very long title that does not fit into one line of a " +
      "calendar — 😀",
  ));
  assertMatch(text.find((line) => line.startsWith("DESCRIPTION:"))!, /\\nFirst\\nEND:VEVENT$/);
});

Deno.test("notes that Cal.com keeps out of calendars stay out", () => {
  const calendar = { uid: "abc@Cal.com", sequence: 0, hides_notes: true };
  assert(!lines(write("confirmation", { calendar })).join().includes("First"));
});

Deno.test("a sender may want no file, and without a time or an entry there is none", () => {
  assertEquals(write("confirmation", { brand: { attaches_calendar: false } }), null);
  assertEquals(write("confirmation", { brand: null }), null);
  assertEquals(write("confirmation", { start_time: null }), null);
  assertEquals(write("confirmation", { calendar: {} }), null);
});

Deno.test("a number that is none counts as the first", () => {
  for (const sequence of [-1, 1.5, "7", null]) {
    const calendar = { uid: "abc@Cal.com", sequence };
    assert(lines(write("confirmation", { calendar })).includes("SEQUENCE:0"));
  }
});

Deno.test("an address that would say more than an address in a link is left out", () => {
  const guests = [
    "ann?cc=eve&body=pay@evil.example",
    "a%0abcc%3aeve@evil.example",
    "o'neil+x@a.example",
  ];
  const file = write("confirmation", { guests: guests.map((email) => ({ name: "Ann", email })) });
  const listed = lines(file).filter((line) => line.startsWith("ATTENDEE")).join("\n");
  assertNotMatch(listed, /evil\.example/);
  assertMatch(listed, /mailto:o'neil\+x@a\.example/i);
});
