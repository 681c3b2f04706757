import fc from "npm:fast-check@4.10.2";
import {
  attendee,
  type Body,
  booking,
  endOf,
  type Meeting,
  meetingEnded,
  newMeeting,
} from "./bodies.ts";
import { type HandAct, type HandEdit, isHandEdit } from "./hand.ts";

export type { Body };

/** Cal.com sends a body, or a person changes something by hand. */
export type Happening = Body | HandEdit;

const DOMAINS = ["acme.example", "birch.example", "gmail.com"];
const PEOPLE = DOMAINS.flatMap((domain) => [`ann@${domain}`, `bob@${domain}`]);
const COMPANY_NAMES = [null, "n/a", "Grand Oak", "Grand Oak Ltd"];
const HOSTS = ["host@modernfull.com", "cohost@substrate.build"];
const START = Date.parse("2037-10-01T08:00:00Z");
const HOUR = 3_600_000;

/** One thing that somebody does. The numbers pick somebody or something out of what there is. */
interface Step {
  do: keyof typeof ACTS | keyof typeof HANDS;
  which: number;
  variant: number;
  isSo: boolean;
  /** Minutes since the step before. */
  after: number;
}

/** What there is so far, and what has happened. */
class World {
  happenings: Happening[] = [];
  meetings: Meeting[] = [];
  now = START;
  #count = 0;

  count(): number {
    return ++this.#count;
  }

  next(prefix: string): string {
    return `${prefix}-${this.count()}`;
  }

  send(trigger: string, payload: Body): void {
    const createdAt = new Date(this.now).toISOString();
    this.happenings.push({ triggerEvent: trigger, createdAt, payload });
  }

  edit(act: HandAct, target: Partial<HandEdit>): void {
    // Never before what the person sees, however slow the clock of a sender.
    this.now = Math.max(this.now, ...this.happenings.map(momentOf));
    const at = new Date(this.now).toISOString();
    // A row that is entered has an id by which it is known again.
    const id = `00000000-0000-4000-8000-${`${this.count()}`.padStart(12, "0")}`;
    this.happenings.push({ kind: "hand", at, act, id, ...target });
  }

  add(meeting: Partial<Meeting>, { which, variant }: Step): Meeting {
    const uid = meeting.uid ?? this.next("uid");
    const email = meeting.email ?? PEOPLE[which % PEOPLE.length]!;
    this.meetings.push({
      ...newMeeting(),
      uid,
      icalUid: `${uid}@Cal.com`,
      email,
      name: `${email.split("@")[0]} ${["", "Blue", "Green"][variant % 3]}`.trim(),
      company: COMPANY_NAMES[which % COMPANY_NAMES.length]!,
      eventType: 1 + variant % 3,
      organizer: HOSTS[0]!,
      start: this.now + 24 * HOUR,
      ...meeting,
    });
    return this.meetings.at(-1)!;
  }

  move(meeting: Meeting, prefix: string, isRequested = false): Body {
    meeting.previousUids.push(meeting.uid);
    const start = this.now + 48 * HOUR;
    const fresh = { previousStarts: [], isCancelled: false, isRequested };
    Object.assign(meeting, { uid: this.next(prefix), start, ...fresh });
    return { ...booking(meeting), rescheduleUid: meeting.previousUids.at(-1) };
  }

  end(meeting: Meeting, variant: number): void {
    this.now = Math.max(this.now, endOf(meeting.start));
    this.happenings.push(meetingEnded(meeting, variant));
  }

  /** Everybody who sits in the same seated event. */
  seatedWith(uid: string): Meeting[] {
    return this.meetings.filter((one) => one.isSeated && one.uid === uid && !one.isCancelled);
  }
}

/** When something happened in the sender's time. */
function momentOf(one: Happening): number {
  if (isHandEdit(one)) return Date.parse(one.at);
  const body = (one.payload ?? one) as Body;
  return Date.parse(`${one.triggerEvent === "MEETING_ENDED" ? body.endTime : one.createdAt}`);
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
const domainOf = ({ email }: Meeting) => email.split("@")[1]!;
const isAlone = ({ isSeated }: Meeting) => !isSeated;

const ACTS = {
  book: [5, (world, step) => {
    world.send("BOOKING_CREATED", booking(world.add({ needsConfirmation: step.isSo }, step)));
  }],
  bookSeries: [1, (world, step) => {
    const first = world.add({ isRecurring: true }, step);
    const { start, icalUid, isRecurring } = first;
    world.send("BOOKING_CREATED", booking(first));
    for (let week = 1; week <= 1 + step.variant % 2; week++) {
      const next = { start: start + week * 168 * HOUR, icalUid, isRecurring };
      world.send("BOOKING_CREATED", booking(world.add(next, step)));
    }
  }],
  takeSeat: [4, (world, step) => {
    const uid = `seats-${step.variant % 2}`;
    const others = world.seatedWith(uid);
    const email = PEOPLE[step.which % PEOPLE.length]!;
    const taken = world.meetings.find((one) => one.uid === uid && one.email === email);
    if (taken !== undefined && !taken.isCancelled) return;
    const seated = taken ?? world.add({ uid, isSeated: true }, step);
    Object.assign(seated, {
      seat: step.isSo || taken === undefined ? world.next("seat") : null,
      start: others[0]?.start ?? START + 24 * HOUR,
      isCancelled: false,
    });
    world.send("BOOKING_CREATED", booking(seated));
  }],
  request: [2, (world, step) => {
    const meeting = world.add({ needsConfirmation: true, isRequested: true }, step);
    const trigger = step.isSo ? "BOOKING_REQUESTED" : "BOOKING_CREATED";
    world.send(trigger, { ...booking(meeting), status: "PENDING" });
  }],
  confirm: [
    3,
    toMeeting((one) => isOpen(one) && one.isRequested, (world, meeting) => {
      meeting.isRequested = false;
      world.send("BOOKING_CREATED", booking(meeting));
    }),
  ],
  reject: [
    1,
    toMeeting((one) => isOpen(one) && one.isRequested, (world, meeting) => {
      Object.assign(meeting, { isRequested: false, isCancelled: true });
      world.send("BOOKING_REJECTED", { ...booking(meeting), status: "REJECTED" });
    }),
  ],
  // By the attendee or the host; of a request that was never confirmed too.
  move: [
    4,
    toMeeting(any, (world, meeting, { variant }) => {
      if (isAlone(meeting)) meeting.organizer = HOSTS[variant % 2]!;
      const moved = world.move(meeting, isAlone(meeting) ? "uid" : "seats-moved");
      world.send("BOOKING_RESCHEDULED", moved);
    }),
  ],
  // The event was lost; all that follows, often the end, names a uid that nobody has heard of.
  moveUnheard: [
    3,
    toMeeting((one) => isOpen(one) && isAlone(one), (world, meeting, { isSo, variant }) => {
      world.move(meeting, "uid");
      if (isSo) world.end(meeting, variant);
    }),
  ],
  moveAmongOthers: [
    2,
    toMeeting((one) => isOpen(one) && one.seat !== null, (world, meeting, { variant, isSo }) => {
      const others = world.seatedWith(`seats-${variant % 2}`).filter((one) => one !== meeting);
      const there = others[0];
      if (there === undefined || there.uid === meeting.uid) return;
      const previousUid = meeting.uid;
      const isThereAlready = others.some((one) => one.email === meeting.email);
      const { uid, start, previousStarts } = there;
      const target = { uid, start, previousStarts: [...previousStarts], icalUid: there.icalUid };
      const body = booking({ ...meeting, ...target });
      if (isThereAlready) meeting.isCancelled = true;
      else {
        meeting.previousUids.push(previousUid);
        Object.assign(meeting, target);
      }
      const rest = others.filter((one) => one.email !== meeting.email).map(attendee);
      const all = isSo ? [attendee(meeting), ...rest] : [...rest, attendee(meeting)];
      world.send("BOOKING_RESCHEDULED", { ...body, rescheduleUid: previousUid, attendees: all });
    }),
  ],
  moveAllSeats: [
    2,
    toMeeting((one) => isOpen(one) && one.isSeated, (world, meeting, { isSo }) => {
      const all = world.seatedWith(meeting.uid);
      for (const one of all) {
        one.previousStarts.push(one.start);
        one.start = world.now + 48 * HOUR;
      }
      const body = { ...booking({ ...meeting, seat: null }), attendees: all.map(attendee) };
      world.send("BOOKING_RESCHEDULED", isSo ? { ...body, rescheduleUid: meeting.uid } : body);
    }),
  ],
  cancel: [
    3,
    toMeeting(isOpen, (world, meeting, { variant, isSo }) => {
      const all = meeting.isSeated && isSo ? world.seatedWith(meeting.uid) : [meeting];
      for (const one of all) Object.assign(one, { isCancelled: true, isRequested: false });
      const organizer = { email: HOSTS[variant % 2], name: "Host" };
      world.send("BOOKING_CANCELLED", {
        ...booking({ ...meeting, seat: null }),
        organizer,
        attendees: all.map(attendee),
        status: "CANCELLED",
        requestReschedule: false,
      });
    }),
  ],
  askForAnotherTime: [
    2,
    toMeeting((one) => isOpen(one) && isAlone(one), (world, meeting) => {
      meeting.isCancelled = true;
      const asks = { requestReschedule: true, rescheduleUid: meeting.uid, status: "CANCELLED" };
      world.send("BOOKING_CANCELLED", { ...booking(meeting), ...asks });
    }),
  ],
  requestMove: [
    3,
    toMeeting((one) => isOpen(one) && one.needsConfirmation, (world, meeting, { variant }) => {
      const body: Body = { ...world.move(meeting, "uid", true), status: "PENDING" };
      // Some requests are linked by the calendar only, some by nothing at all.
      if (variant === 2 || variant === 3) delete body.rescheduleUid;
      if (variant === 3) delete body.iCalUID;
      world.send(variant === 4 ? "BOOKING_RESCHEDULED" : "BOOKING_REQUESTED", body);
    }),
  ],
  reassign: [
    1,
    toMeeting(isOpen, (world, meeting, { variant }) => {
      meeting.organizer = HOSTS[variant % 2]!;
      world.send("BOOKING_REASSIGNED", { ...booking({ ...meeting, seat: null }) });
    }),
  ],
  // A timer may be one of a time that the meeting was moved away from.
  end: [
    4,
    toMeeting(any, (world, meeting, { isSo, variant }) => {
      const uid = isSo ? meeting.previousUids.at(-1) ?? meeting.uid : meeting.uid;
      const start = isSo ? meeting.previousStarts.at(-1) ?? meeting.start : meeting.start;
      world.end({ ...meeting, uid, start }, variant);
    }),
  ],
  noShow: [
    3,
    toMeeting(any, (world, { uid, email }, { isSo }) => {
      const attendees = [{ email: email.toUpperCase(), noShow: isSo }];
      world.send("BOOKING_NO_SHOW_UPDATED", { bookingUid: uid, attendees });
    }),
  ],
  deliverAgain: [3, ({ happenings }, { which, variant }) => {
    const bodies = happenings.filter((one) => !isHandEdit(one)) as Body[];
    const body = bodies[which % bodies.length];
    if (body === undefined) return;
    const copy = { ...body };
    if (typeof body.createdAt === "string" && "payload" in body) {
      const later = [0, 4, 60_000][variant % 3]!;
      copy.createdAt = new Date(Date.parse(body.createdAt) + later).toISOString();
    }
    happenings.push(copy);
  }],
  lose: [1, ({ happenings }, { which }) => {
    const index = which % Math.max(happenings.length, 1);
    if (happenings[index] !== undefined && !isHandEdit(happenings[index])) {
      happenings.splice(index, 1);
    }
  }],
  noise: [1, (world, { which }) => {
    const trigger = ["PING", "BOOKING_PAYMENT_INITIATED", "RECORDING_READY"][which % 3]!;
    world.send(trigger, { attendees: [{ email: "jdoe@example.com" }] });
  }],
} satisfies Record<string, Act>;

/** A person changes the company of somebody who has booked. */
function toCompany(...acts: HandAct[]): Act[1] {
  return toMeeting(any, (world, meeting, { variant }) => {
    const value = `Named by hand ${world.count()}`;
    world.edit(acts[variant % acts.length]!, { company: domainOf(meeting), value });
  });
}

/** A person changes somebody who has booked, and may link them to the company of somebody else. */
function toPerson(...acts: HandAct[]): Act[1] {
  return toMeeting(any, (world, meeting, { variant }) => {
    const others = world.meetings.map(domainOf).filter((one) => one !== domainOf(meeting));
    world.edit(acts[variant % acts.length]!, {
      person: meeting.email,
      value: `Named by hand ${world.count()}`,
      company: others.find((one) => one !== "gmail.com") ?? DOMAINS[0]!,
    });
  });
}

function toBooking(...acts: HandAct[]): Act[1] {
  return toMeeting(any, (world, { uid, email }, { variant }) => {
    const value = `Retitled by hand ${world.count()}`;
    world.edit(acts[variant % acts.length]!, { person: email, uid, value });
  });
}

/** What people do by hand. */
const HANDS = {
  editDeal: [4, toCompany("closeDeal", "closeDeal", "reopenDeal", "deleteDeal", "meetDeal")],
  enterDeal: [1, toCompany("enterDeal", "enterClosedDeal")],
  replaceDeal: [
    2,
    toMeeting(any, (world, meeting) => {
      world.edit("closeDeal", { company: domainOf(meeting) });
      world.edit("enterDeal", { company: domainOf(meeting) });
    }),
  ],
  editBooking: [
    3,
    toBooking("cancelBooking", "cancelBooking", "retitleBooking", "deleteBooking"),
  ],
  markBooking: [
    3,
    toBooking("attendBooking", "unattendBooking", "missBooking", "missBooking", "unmissBooking"),
  ],
  // Its BOOKING_CREATED may come later, or never.
  enterBooking: [
    2,
    toMeeting(any, (world, { email }, step) => {
      const meeting = world.add({ email }, step);
      world.edit("enterBooking", { person: email, uid: meeting.uid, value: "Entered by hand" });
      if (step.isSo) world.send("BOOKING_CREATED", booking(meeting));
    }),
  ],
  editPerson: [3, toPerson("linkPerson", "linkPerson", "unlinkPerson", "renamePerson")],
  editCompany: [1, toCompany("renameCompany")],
  // Before or after they book.
  enterPerson: [1, (world, { which, variant, isSo }) => {
    const act = isSo ? "enterPerson" : "enterLinkedPerson";
    const company = DOMAINS[variant % 2]!;
    world.edit(act, { person: PEOPLE[which % PEOPLE.length]!, value: "Met at a fair", company });
  }],
  enterCompany: [1, (world, { which }) => {
    world.edit("enterCompany", { company: DOMAINS[which % 2]!, value: "Met at a fair" });
  }],
} satisfies Record<string, Act>;

function stepOf(acts: Record<string, Act>): fc.Arbitrary<Step> {
  return fc.record({
    do: fc.oneof(
      ...Object.entries(acts).map(([kind, [weight]]) => ({
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
}

/** Plays the steps and writes down what happens at each. */
function play(steps: Step[]): Happening[] {
  const world = new World();
  for (const one of steps) {
    if (one.do !== "deliverAgain" && one.do !== "lose") world.now += one.after * 60_000;
    ({ ...ACTS, ...HANDS } as Record<string, Act>)[one.do]![1](world, one);
  }
  return world.happenings;
}

/** Histories of a few people at a few companies, as the bodies that Cal.com would send, in its order. */
export const history: fc.Arbitrary<Body[]> = fc
  .array(stepOf(ACTS), { minLength: 2, maxLength: 14, size: "max" })
  .map((steps) => play(steps) as Body[])
  .filter((bodies) => bodies.length > 1);

/** The same with hand edits in between. */
export const historyByHand: fc.Arbitrary<Happening[]> = fc
  .array(
    fc.oneof({ weight: 3, arbitrary: stepOf(ACTS) }, { weight: 2, arbitrary: stepOf(HANDS) }),
    { minLength: 3, maxLength: 14, size: "max" },
  )
  .map(play)
  .filter((all) => all.some(isHandEdit) && !all.every(isHandEdit));

/** The same bodies in another order. */
export function shuffled<T>(items: fc.Arbitrary<T[]>): fc.Arbitrary<T[]> {
  return items.chain((all) => fc.shuffledSubarray(all, { minLength: all.length }));
}

/** Puts the hand edits into the order in which they were made, and leaves the bodies where they are. */
export function withEditsInOrder(all: Happening[], order: Happening[]): Happening[] {
  const edits = all.filter(isHandEdit);
  return order.map((one) => isHandEdit(one) ? edits.shift()! : one);
}

/** The same history among other people at other companies, so that many can happen at once. */
export function withOtherNames<T extends Happening>(happenings: T[], index: number): T[] {
  const text = JSON.stringify(happenings)
    .replaceAll(/\b(uid|seats?|acme|birch)(?=[-.])/g, `$1-${index}`)
    .replaceAll(/\b(ann|bob)(?=@)/gi, `$1.${index}`)
    .replaceAll("-8000-0000", `-8000-${`${index}`.padStart(4, "0")}`);
  return JSON.parse(text);
}
