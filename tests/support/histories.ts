import fc from "npm:fast-check@4.10.2";

/** A webhook body as Cal.com sends it. */
export type Body = Record<string, unknown>;

/** What may happen in a history, and how often. */
const WEIGHTS = {
  book: 5,
  takeSeat: 3,
  move: 4,
  cancel: 3,
  askForAnotherTime: 2,
  requestMove: 2,
  reject: 1,
  end: 4,
  noShow: 3,
  deliverAgain: 3,
  lose: 1,
  noise: 1,
};

/** One thing that somebody does. The numbers pick somebody or something out of what there is. */
interface Step {
  do: keyof typeof WEIGHTS;
  which: number;
  variant: number;
  isSo: boolean;
  /** Minutes since the step before. */
  after: number;
}

const DOMAINS = ["acme.example", "birch.example", "gmail.com"];
const PEOPLE = DOMAINS.flatMap((domain) => [`ann@${domain}`, `bob@${domain}`]);
const START = Date.parse("2026-10-01T08:00:00Z");

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.oneof(
    ...Object.entries(WEIGHTS).map(([kind, weight]) => ({
      weight,
      arbitrary: fc.constant(kind as Step["do"]),
    })),
  ),
  which: fc.nat({ max: 11 }),
  variant: fc.nat({ max: 4 }),
  isSo: fc.boolean(),
  // 0 makes ties, and a server whose clock is slow makes less of it.
  after: fc.constantFrom(0, 1, 7, 60, 600, -2),
});

/** Histories of a few people at a few companies, as the bodies that Cal.com would send, in its order. */
export const history: fc.Arbitrary<Body[]> = fc
  .array(step, { minLength: 2, maxLength: 14 })
  .map(toBodies)
  .filter((bodies) => bodies.length > 1);

/** The same bodies in another order. */
export function shuffled<T>(items: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> {
  return items.chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));
}

/** The same history among other people at other companies, so that many can happen at once. */
export function withOtherNames(bodies: Body[], index: number): Body[] {
  const text = JSON.stringify(bodies)
    .replaceAll(/\b(uid|seats?|acme|birch)(?=[-.])/g, `$1-${index}`)
    .replaceAll(/\b(ann|bob)(?=@)/gi, `$1.${index}`);
  return JSON.parse(text);
}

interface Meeting {
  uid: string;
  previousUids: string[];
  email: string;
  seat: string | null;
  start: number;
  isCancelled: boolean;
  isRequested: boolean;
  needsConfirmation: boolean;
}

/** Plays the steps and writes down what Cal.com sends for each. A step that cannot happen is left out. */
function toBodies(steps: Step[]): Body[] {
  const bodies: Body[] = [];
  const meetings: Meeting[] = [];
  let now = START;
  let uids = 0;

  const send = (trigger: string, payload: Body) =>
    bodies.push({ triggerEvent: trigger, createdAt: new Date(now).toISOString(), payload });
  const nextUid = () => `uid-${++uids}`;

  for (const { do: kind, which, variant, isSo, after } of steps) {
    if (kind !== "deliverAgain" && kind !== "lose") now += after * 60_000;
    const email = PEOPLE[which % PEOPLE.length]!;
    const find = (fits: (meeting: Meeting) => boolean = () => true) => {
      const fitting = meetings.filter(fits);
      return fitting[which % Math.max(fitting.length, 1)];
    };
    switch (kind) {
      case "book": {
        const meeting = newMeeting(nextUid(), email, now, isSo);
        meetings.push(meeting);
        send("BOOKING_CREATED", booking(meeting));
        break;
      }
      case "takeSeat": {
        const meeting = newMeeting(`seats-${variant % 2}`, email, START, false);
        const taken = meetings.find((one) => one.uid === meeting.uid && one.email === email);
        if (taken !== undefined && !taken.isCancelled) break;
        meeting.seat = `seat-${++uids}`;
        if (taken === undefined) meetings.push(meeting);
        else Object.assign(taken, { seat: meeting.seat, isCancelled: false });
        send("BOOKING_CREATED", booking(meeting));
        break;
      }
      case "move": {
        const meeting = find();
        if (meeting === undefined) break;
        move(meeting, meeting.seat === null ? nextUid() : `seats-moved-${++uids}`, now);
        send("BOOKING_RESCHEDULED", {
          ...booking(meeting),
          rescheduleUid: meeting.previousUids.at(-1),
        });
        break;
      }
      case "cancel": {
        const meeting = find((one) => !one.isCancelled);
        if (meeting === undefined) break;
        meeting.isCancelled = true;
        send("BOOKING_CANCELLED", { ...booking(meeting), requestReschedule: false });
        break;
      }
      case "askForAnotherTime": {
        const meeting = find((one) => !one.isCancelled && one.seat === null);
        if (meeting === undefined) break;
        meeting.isCancelled = true;
        const asks = { requestReschedule: true, rescheduleUid: meeting.uid };
        send("BOOKING_CANCELLED", { ...booking(meeting), ...asks });
        break;
      }
      case "requestMove": {
        const meeting = find((one) => one.needsConfirmation && !one.isCancelled);
        if (meeting === undefined) break;
        if (meeting.isRequested) {
          meeting.isRequested = false;
          send("BOOKING_CREATED", booking(meeting));
        } else {
          move(meeting, nextUid(), now);
          meeting.isRequested = true;
          const asks = { status: "PENDING", rescheduleUid: meeting.previousUids.at(-1) };
          send("BOOKING_REQUESTED", { ...booking(meeting), ...asks });
        }
        break;
      }
      case "reject": {
        const meeting = find((one) => one.isRequested);
        if (meeting === undefined) break;
        Object.assign(meeting, { isRequested: false, isCancelled: true });
        send("BOOKING_REJECTED", { ...booking(meeting), status: "REJECTED" });
        break;
      }
      case "end": {
        const meeting = find();
        if (meeting === undefined) break;
        const uid = isSo ? meeting.previousUids.at(-1) ?? meeting.uid : meeting.uid;
        bodies.push(meetingEnded({ ...meeting, uid }, variant));
        break;
      }
      case "noShow": {
        const meeting = find();
        if (meeting === undefined) break;
        const attendees = [{ email: meeting.email.toUpperCase(), noShow: isSo }];
        send("BOOKING_NO_SHOW_UPDATED", { bookingUid: meeting.uid, attendees });
        break;
      }
      case "deliverAgain": {
        const body = bodies[which % Math.max(bodies.length, 1)];
        if (body === undefined) break;
        const copy = { ...body };
        if (typeof body.createdAt === "string" && "payload" in body) {
          const later = [0, 4, 60_000][variant % 3]!;
          copy.createdAt = new Date(Date.parse(body.createdAt) + later).toISOString();
        }
        bodies.push(copy);
        break;
      }
      case "lose":
        bodies.splice(which % Math.max(bodies.length, 1), 1);
        break;
      case "noise":
        send(["PING", "BOOKING_PAYMENT_INITIATED", "RECORDING_READY"][which % 3]!, {
          attendees: [{ email: "jdoe@example.com" }],
        });
    }
  }
  return bodies;
}

function newMeeting(uid: string, email: string, now: number, needsConfirmation: boolean): Meeting {
  const start = now + 24 * 3_600_000;
  return {
    uid,
    email,
    start,
    needsConfirmation,
    previousUids: [],
    seat: null,
    isCancelled: false,
    isRequested: false,
  };
}

function move(meeting: Meeting, uid: string, now: number): void {
  meeting.previousUids.push(meeting.uid);
  Object.assign(meeting, {
    uid,
    start: now + 48 * 3_600_000,
    isCancelled: false,
    isRequested: false,
  });
}

function booking(meeting: Meeting): Body {
  const [name] = meeting.email.split("@");
  const person = {
    email: meeting.email,
    name,
    timeZone: "Europe/Paris",
    language: { locale: "en" },
  };
  return {
    uid: meeting.uid,
    title: `Call with ${name} (${meeting.uid})`,
    startTime: new Date(meeting.start).toISOString(),
    endTime: new Date(meeting.start + 1_800_000).toISOString(),
    organizer: { email: "host@modernfull.com", name: "Host", timeZone: "Europe/London" },
    attendees: [person],
    iCalUID: `${meeting.previousUids[0] ?? meeting.uid}@Cal.com`,
    requiresConfirmation: meeting.needsConfirmation,
    ...(meeting.seat === null
      ? {
        responses: { name: { value: name }, email: { value: meeting.email } },
        seatsPerTimeSlot: null,
      }
      : {
        responses: { email: { value: "somebody@else.example" } },
        seatsPerTimeSlot: 5,
        attendeeSeatId: meeting.seat,
      }),
  };
}

/** The flat event in its four variants, and wrapped as some senders do. */
function meetingEnded(meeting: Meeting, variant: number): Body {
  const { uid, startTime, endTime, title } = booking(meeting);
  const times = { uid, startTime, endTime };
  const host = { email: "host@modernfull.com", name: "Host" };
  const attendee = { email: meeting.email, name: "x" };
  const trigger = { triggerEvent: "MEETING_ENDED" };
  const row = { ...times, title, status: "ACCEPTED", createdAt: "2026-09-30T00:00:00.000Z" };
  return [
    {
      ...trigger,
      ...row,
      attendees: [attendee, host],
      user: host,
      responses: { email: { value: meeting.email } },
    },
    { ...trigger, ...times, attendees: [attendee] },
    { ...trigger, ...row, responses: { email: meeting.email, guests: [] } },
    { ...trigger, ...row, attendees: [{ email: meeting.email, name: "x" }] },
    {
      ...trigger,
      createdAt: "2026-12-31T00:00:00.000Z",
      payload: { ...row, attendees: [attendee] },
    },
  ][variant]!;
}
