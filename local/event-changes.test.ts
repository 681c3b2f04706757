import { assertEquals, assertMatch, assertThrows } from "npm:deno-std@1.4.0/assert/mod.js";
import { changeEvents, type Changes, readSetting } from "./event-changes.ts";
import { StackError } from "./stack-error.ts";

const NOW = new Date("2027-03-03T08:00:00Z");
const SAME: Changes = { isNew: false, at: null, to: null, settings: [], now: NOW };

/** A sample body, with the types that these tests look at. */
async function read(name: string) {
  const file = new URL(`../tests/fixtures/calcom/${name}.json`, import.meta.url);
  return JSON.parse(await Deno.readTextFile(file));
}

// deno-lint-ignore no-explicit-any -- bodies are read key by key
function change(events: any[], changes: Partial<Changes>): any[] {
  return changeEvents(events, { ...SAME, ...changes });
}

Deno.test("new bookings have new uids, the same in every body of the call", async () => {
  const bodies = await Promise.all(
    ["booking-created-business", "booking-rescheduled-by-attendee", "meeting-ended-flat"].map(read),
  );
  const [created, moved, ended] = change(bodies, { isNew: true });
  const { uid } = created.payload;

  assertMatch(uid, /^[1-9A-Za-z]{20,22}$/);
  assertEquals(moved.payload.rescheduleUid, uid);
  assertEquals(moved.payload.uid === bodies[1].payload.uid || moved.payload.uid === uid, false);
  assertEquals(ended.uid, uid);
  assertEquals(created.payload.iCalUID, `${uid}@Cal.com`);
  assertEquals(created.payload.metadata.videoCallUrl, `https://app.cal.com/video/${uid}`);
  assertEquals(JSON.stringify([created, moved, ended]).includes(bodies[0].payload.uid), false);
  assertEquals(created.payload.attendees, bodies[0].payload.attendees);
  assertEquals(change(bodies, { isNew: true })[0].payload.uid === uid, false);
});

Deno.test("the first meeting is within a week, at its hour of its day of the week", async () => {
  const bodies = [
    await read("booking-rescheduled-by-attendee"),
    await read("booking-created-business"),
  ];
  const [moved, created] = change(bodies, { isNew: true });

  assertEquals(bodies[1].payload.startTime, "2026-12-01T15:00:00Z");
  assertEquals(created.payload.startTime, "2027-03-09T15:00:00Z");
  assertEquals(created.payload.endTime, "2027-03-09T15:30:00Z");
  assertEquals(moved.payload.startTime, "2027-03-11T15:00:00Z");
  assertEquals(moved.payload.rescheduleStartTime, created.payload.startTime);
});

Deno.test("they were made now, in the order in which Cal.com made them", async () => {
  const bodies = [
    await read("booking-rescheduled-by-attendee"),
    await read("booking-created-business"),
  ];
  const [moved, created] = change(bodies, { isNew: true });

  assertEquals(created.createdAt, "2027-03-03T07:59:59.999Z");
  assertEquals(moved.createdAt, NOW.toISOString());
});

Deno.test("a meeting in the past was booked before it began", async () => {
  const [created] = change([await read("booking-created-business")], {
    at: new Date("2027-03-01T10:00:00Z"),
  });

  assertEquals(created.payload.startTime, "2027-03-01T10:00:00Z");
  assertEquals(created.createdAt, "2027-03-01T09:59:00.000Z");
  assertEquals(created.payload.uid, "kX3vQ9mTzR4bLs7WdYn2Pa");
});

Deno.test("a value is set in the payload, or in a body without one", async () => {
  const settings = [
    "organizer.email=me@firm.example",
    "attendees.0.email=ada@acme.example",
    "responses.company.value=Acme = more",
    "hideOrganizerEmail=true",
  ].map(readSetting);
  const [created, ended] = change(
    [await read("booking-created-business"), await read("meeting-ended-flat")],
    { settings },
  );

  assertEquals(created.payload.organizer.email, "me@firm.example");
  assertEquals(created.payload.attendees[0].email, "ada@acme.example");
  assertEquals(created.payload.responses.company, { value: "Acme = more" });
  assertEquals(created.payload.hideOrganizerEmail, true);
  assertEquals(created.createdAt, "2026-11-20T09:14:03.512Z");
  assertEquals(ended.attendees[0].email, "ada@acme.example");
});

Deno.test("the attendee has another address wherever it stood", async () => {
  const [created, ended] = change(
    [await read("booking-created-business"), await read("meeting-ended-flat-with-hosts")],
    { to: "bounced@resend.dev" },
  );

  assertEquals(created.payload.attendees[0].email, "bounced@resend.dev");
  assertEquals(created.payload.responses.email.value, "bounced@resend.dev");
  assertEquals(created.payload.organizer.email, "mara@brightloom.example");
  assertEquals(JSON.stringify([created, ended]).includes("tobias.reyes"), false);
});

Deno.test("a path that leads through a text is an error in words", async () => {
  const body = await read("booking-created-business");
  assertThrows(
    () => change([body], { settings: [readSetting("title.en=Call")] }),
    StackError,
    '--set title.en: "title" is "Discovery call',
  );
  assertThrows(() => readSetting("title"), StackError, "--set takes path=value");
});

Deno.test("an event without a meeting is only made now", async () => {
  const body = await read("unknown-trigger");
  const [event] = change([body], { at: NOW });
  assertEquals(event, { ...body, createdAt: NOW.toISOString() });
});
