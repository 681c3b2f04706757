import { assert, assertEquals, assertMatch, assertThrows } from "npm:deno-std@1.4.0/assert/mod.js";
import { changeEvents, type Changes, readSetting } from "./event-changes.ts";
import { StackError } from "./stack/error.ts";

const NOW = new Date("2027-03-03T08:00:00Z");

/** Reads sample bodies and changes them together. */
async function change(names: string[], changes: Changes) {
  const events = await Promise.all(names.map(async (name) => {
    const file = new URL(`../tests/fixtures/calcom/${name}.json`, import.meta.url);
    return JSON.parse(await Deno.readTextFile(file));
  }));
  // deno-lint-ignore no-explicit-any -- bodies are read key by key
  return { events, changed: changeEvents(events, { now: NOW, ...changes }) as any[] };
}

Deno.test("new bookings have new uids, within a week, made now in the same order", async () => {
  const names = [
    "booking-rescheduled-by-attendee",
    "booking-created-business",
    "meeting-ended-flat",
  ];
  const { events, changed } = await change(names, { isNew: true });
  const [moved, created, ended] = changed;
  const { uid, startTime } = created.payload;

  assertMatch(uid, /^[1-9A-Za-z]{20,22}$/);
  assertEquals([moved.payload.rescheduleUid, ended.uid], [uid, uid]);
  assertEquals(created.payload.iCalUID, `${uid}@Cal.com`);
  assertEquals(created.payload.metadata.videoCallUrl, `https://app.cal.com/video/${uid}`);
  const text = JSON.stringify(changed);
  for (const { payload } of events.slice(0, 2)) assertEquals(text.includes(payload.uid), false);

  assertEquals(events[1].payload.startTime, "2037-12-01T15:00:00Z");
  assertEquals([startTime, created.payload.endTime], [
    "2027-03-09T15:00:00Z",
    "2027-03-09T15:30:00Z",
  ]);
  assertEquals(moved.payload.startTime, "2027-03-11T15:00:00Z");
  assertEquals(moved.payload.rescheduleStartTime, startTime);
  assert(created.createdAt < moved.createdAt && moved.createdAt <= NOW.toISOString());
});

Deno.test("a meeting in the past was booked before it began; without one it is made now", async () => {
  const at = new Date("2027-03-01T10:00:00Z");
  const { events, changed: [created] } = await change(["booking-created-business"], { at });
  const unknown = await change(["unknown-trigger"], { at });

  assertEquals(created.payload.startTime, "2027-03-01T10:00:00Z");
  assertEquals(created.createdAt, "2027-03-01T09:59:00.000Z");
  assertEquals(created.payload.uid, events[0].payload.uid);
  assertEquals(unknown.changed, [{ ...unknown.events[0], createdAt: NOW.toISOString() }]);
});

Deno.test("the attendee has another address wherever it stood", async () => {
  const names = ["booking-created-business", "meeting-ended-flat-with-hosts"];
  const { changed } = await change(names, { to: "bounced@resend.dev" });

  assertEquals(changed[0].payload.attendees[0].email, "bounced@resend.dev");
  assertEquals(changed[0].payload.responses.email.value, "bounced@resend.dev");
  assertEquals(changed[0].payload.organizer.email, "mara@brightloom.example");
  assertEquals(JSON.stringify(changed).includes("tobias.reyes"), false);
});

Deno.test("a value is set in the payload, or in a body without one", () => {
  const settings = ["a.0.email=ada@acme.example", "b.c=Acme = more", "isOn=true"].map(readSetting);
  const set = { a: [{ email: "ada@acme.example" }], b: { c: "Acme = more" }, isOn: true };

  assertEquals(
    changeEvents([{ payload: { a: [{ email: "" }] } }, { a: [{}], b: null, isOn: false }], {
      settings,
    }),
    [{ payload: set }, set],
  );
  assertThrows(
    () => changeEvents([{ title: "Call" }], { settings: [readSetting("title.en=Call")] }),
    StackError,
    '--set title.en: "title" is "Call" here.',
  );
});
