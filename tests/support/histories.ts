import fc from "npm:fast-check@4.10.2";

/** A webhook body as Cal.com sends it. */
export type Body = Record<string, unknown>;

const DOMAINS = ["acme.example", "birch.example", "gmail.com"];
const PEOPLE = DOMAINS.flatMap((domain) => [`ann@${domain}`, `bob@${domain}`]);
const START = Date.parse("2037-10-01T08:00:00Z");

/** One thing that somebody does. The numbers pick somebody or something out of what there is. */
interface Step {
  do: keyof typeof ACTS;
  which: number;
  variant: number;
  isSo: boolean;
  /** Minutes since the step before. */
  after: number;
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

/** What there is so far, and what Cal.com has sent about it. */
class World {
  bodies: Body[] = [];
  meetings: Meeting[] = [];
  now = START;
  #count = 0;

  next(prefix: string): string {
    return `${prefix}-${++this.#count}`;
  }

  send(trigger: string, payload: Body): void {
    const createdAt = new Date(this.now).toISOString();
    this.bodies.push({ triggerEvent: trigger, createdAt, payload });
  }

  add(meeting: Pick<Meeting, "uid" | "email"> & Partial<Meeting>): Meeting {
    this.meetings.push({
      start: this.now + 24 * 3_600_000,
      previousUids: [],
      seat: null,
      isCancelled: false,
      isRequested: false,
      needsConfirmation: false,
      ...meeting,
    });
    return this.meetings.at(-1)!;
  }

  move(meeting: Meeting, prefix: string, isRequested = false): Body {
    meeting.previousUids.push(meeting.uid);
    const start = this.now + 48 * 3_600_000;
    Object.assign(meeting, { uid: this.next(prefix), start, isCancelled: false, isRequested });
    return { ...booking(meeting), rescheduleUid: meeting.previousUids.at(-1) };
  }
}

/** How often something happens, and what it does; a step that cannot happen is left out. */
type Act = [weight: number, act: (world: World, step: Step) => void];

/** Something that happens to one of the meetings that fit. */
function toMeeting(
  fits: (meeting: Meeting) => boolean,
  act: (world: World, meeting: Meeting, step: Step) => void,
): Act[1] {
  return (world, step) => {
    const fitting = world.meetings.filter(fits);
    if (fitting.length > 0) act(world, fitting[step.which % fitting.length]!, step);
  };
}

const any = () => true;
const isOpen = ({ isCancelled }: Meeting) => !isCancelled;

const ACTS = {
  book: [5, (world, { which, isSo }) => {
    const email = PEOPLE[which % PEOPLE.length]!;
    const meeting = world.add({ uid: world.next("uid"), email, needsConfirmation: isSo });
    world.send("BOOKING_CREATED", booking(meeting));
  }],
  takeSeat: [3, (world, { which, variant }) => {
    const [email, uid] = [PEOPLE[which % PEOPLE.length]!, `seats-${variant % 2}`];
    const taken = world.meetings.find((one) => one.uid === uid && one.email === email);
    if (taken !== undefined && !taken.isCancelled) return;
    const meeting = taken ?? world.add({ uid, email, start: START + 24 * 3_600_000 });
    Object.assign(meeting, { seat: world.next("seat"), isCancelled: false });
    world.send("BOOKING_CREATED", booking(meeting));
  }],
  move: [
    4,
    toMeeting(any, (world, meeting) => {
      const moved = world.move(meeting, meeting.seat === null ? "uid" : "seats-moved");
      world.send("BOOKING_RESCHEDULED", moved);
    }),
  ],
  cancel: [
    3,
    toMeeting(isOpen, (world, meeting) => {
      meeting.isCancelled = true;
      world.send("BOOKING_CANCELLED", { ...booking(meeting), requestReschedule: false });
    }),
  ],
  askForAnotherTime: [
    2,
    toMeeting((one) => isOpen(one) && one.seat === null, (world, meeting) => {
      meeting.isCancelled = true;
      const asks = { requestReschedule: true, rescheduleUid: meeting.uid };
      world.send("BOOKING_CANCELLED", { ...booking(meeting), ...asks });
    }),
  ],
  requestMove: [
    2,
    toMeeting((one) => isOpen(one) && one.needsConfirmation, (world, meeting) => {
      if (meeting.isRequested) {
        meeting.isRequested = false;
        world.send("BOOKING_CREATED", booking(meeting));
      } else {
        world.send("BOOKING_REQUESTED", { ...world.move(meeting, "uid", true), status: "PENDING" });
      }
    }),
  ],
  reject: [
    1,
    toMeeting((one) => one.isRequested, (world, meeting) => {
      Object.assign(meeting, { isRequested: false, isCancelled: true });
      world.send("BOOKING_REJECTED", { ...booking(meeting), status: "REJECTED" });
    }),
  ],
  end: [
    4,
    toMeeting(any, (world, meeting, { isSo, variant }) => {
      const uid = isSo ? meeting.previousUids.at(-1) ?? meeting.uid : meeting.uid;
      world.bodies.push(meetingEnded({ ...meeting, uid }, variant));
    }),
  ],
  noShow: [
    3,
    toMeeting(any, (world, { uid, email }, { isSo }) => {
      const attendees = [{ email: email.toUpperCase(), noShow: isSo }];
      world.send("BOOKING_NO_SHOW_UPDATED", { bookingUid: uid, attendees });
    }),
  ],
  deliverAgain: [3, ({ bodies }, { which, variant }) => {
    const body = bodies[which % bodies.length];
    if (body === undefined) return;
    const copy = { ...body };
    if (typeof body.createdAt === "string" && "payload" in body) {
      const later = [0, 4, 60_000][variant % 3]!;
      copy.createdAt = new Date(Date.parse(body.createdAt) + later).toISOString();
    }
    bodies.push(copy);
  }],
  lose: [1, ({ bodies }, { which }) => void bodies.splice(which % Math.max(bodies.length, 1), 1)],
  noise: [1, (world, { which }) => {
    const trigger = ["PING", "BOOKING_PAYMENT_INITIATED", "RECORDING_READY"][which % 3]!;
    world.send(trigger, { attendees: [{ email: "jdoe@example.com" }] });
  }],
} satisfies Record<string, Act>;

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.oneof(
    ...Object.entries(ACTS).map(([kind, [weight]]) => ({
      weight: weight as number,
      arbitrary: fc.constant(kind as Step["do"]),
    })),
  ),
  which: fc.nat({ max: 11 }),
  variant: fc.nat({ max: 4 }),
  isSo: fc.boolean(),
  // 0 makes ties, and a server whose clock is slow makes less of it.
  after: fc.constantFrom(0, 1, 7, 60, 600, -2),
});

/** Plays the steps and writes down what Cal.com sends for each. */
function toBodies(steps: Step[]): Body[] {
  const world = new World();
  for (const one of steps) {
    if (one.do !== "deliverAgain" && one.do !== "lose") world.now += one.after * 60_000;
    (ACTS[one.do] as Act)[1](world, one);
  }
  return world.bodies;
}

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
  const row = { ...times, title, status: "ACCEPTED", createdAt: "2037-09-30T00:00:00.000Z" };
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
      createdAt: "2037-12-31T00:00:00.000Z",
      payload: { ...row, attendees: [attendee] },
    },
  ][variant]!;
}
