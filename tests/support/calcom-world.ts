import fc from "npm:fast-check@4.10.2";
import type { Body } from "./bodies.ts";

/** A row of Cal.com's bookings API. */
export type ApiBooking = Record<string, unknown> & { uid: string; status: string };

/** What happened at Cal.com: every webhook that it sent, and what its API shows in the end. */
export interface CalcomHistory {
  bodies: Body[];
  rows: ApiBooking[];
  /** Whether a body tells when something was done of which the API does not show the moment. */
  isUndated: (body: Body) => boolean;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HALF_AN_HOUR = 30 * MINUTE;

const DOMAINS = ["acme.example", "birch.example", "gmail.com"];
const PEOPLE = DOMAINS.flatMap((domain) => [`ann@${domain}`, `bob@${domain}`, `cleo@${domain}`]);
const HOSTS = [
  { id: 1, name: "Hal Host", email: "hal@modernfull.com", username: "hal", timeZone: "Etc/UTC" },
  { id: 2, name: "Kim Host", email: "kim@substrate.build", username: "kim", timeZone: "Etc/UTC" },
];

interface Seat {
  email: string;
  id: string;
  takenAt: number;
  absent: boolean;
}

/** A booking as Cal.com's own database has it. */
interface Stored {
  uid: string;
  id: number;
  status: "accepted" | "pending" | "cancelled" | "rejected";
  from: string | null;
  to: string | null;
  start: number;
  createdAt: number;
  updatedAt: number;
  host: typeof HOSTS[number];
  booker: string;
  seats: Seat[] | null;
  absent: boolean;
  series: string | null;
  icalUid: string;
  needsConfirmation: boolean;
  reason: string;
  timer: number | null;
}

interface Step {
  do: keyof typeof ACTS;
  which: number;
  isSo: boolean;
  after: number;
}

const nameOf = (email: string) => `${email.split("@")[0]} of ${email.split("@")[1]}`;
const companyOf = (email: string) => ({ "acme.example": "Acme Ltd" })[email.split("@")[1]!];
const iso = (moment: number) => new Date(moment).toISOString();

/** Cal.com, as far as bookings go: what is done to them, what it sends, what its API shows. */
class Calcom {
  bookings: Stored[] = [];
  bodies: Body[] = [];
  undated = new Set<Body>();
  #count = 0;

  constructor(public now: number) {}

  next(prefix: string): string {
    return `${prefix}-${++this.#count}`;
  }

  /** Time passes, and the timers of what is accepted fire. */
  pass(until: number): void {
    const due = () =>
      this.bookings
        .filter(({ status, timer }) => status === "accepted" && timer !== null && timer <= until)
        .sort((one, other) => one.timer! - other.timer!)[0];
    for (let booking = due(); booking !== undefined; booking = due()) {
      this.now = Math.max(this.now, booking.timer!);
      booking.timer = null;
      this.bodies.push({
        triggerEvent: "MEETING_ENDED",
        ...this.#describe(booking),
        createdAt: iso(booking.createdAt),
        fromReschedule: booking.seats === null ? booking.from : null,
      });
    }
    this.now = Math.max(this.now, until);
  }

  add(given: Partial<Stored> & Pick<Stored, "booker">): Stored {
    const uid = given.uid ?? this.next("uid");
    const start = given.start ?? this.now + DAY;
    const stored: Stored = {
      uid,
      id: ++this.#count,
      status: "accepted",
      from: null,
      to: null,
      start,
      createdAt: this.now,
      updatedAt: this.now,
      host: HOSTS[0]!,
      seats: null,
      absent: false,
      series: null,
      icalUid: `${uid}@Cal.com`,
      needsConfirmation: false,
      reason: "",
      timer: start + HALF_AN_HOUR,
      ...given,
    };
    this.bookings.push(stored);
    return stored;
  }

  /** The row is written a moment after the webhook is sent. */
  write(booking: Stored, change: Partial<Stored>): void {
    Object.assign(booking, change, { updatedAt: this.now + 1_000 });
  }

  send(trigger: string, booking: Stored, more: Body = {}, isUndated = false): void {
    const payload = { ...this.#describe(booking), ...more };
    const body = { triggerEvent: trigger, createdAt: iso(this.now + 400), payload };
    this.bodies.push(body);
    if (isUndated) this.undated.add(body);
  }

  #describe(booking: Stored): Body {
    const { booker, seats } = booking;
    const company = companyOf(booker);
    return {
      uid: booking.uid,
      bookingId: booking.id,
      status: "ACCEPTED",
      title: `Call (${booking.uid})`,
      startTime: iso(booking.start),
      endTime: iso(booking.start + HALF_AN_HOUR),
      eventTypeId: seats === null ? 7 : 8,
      type: "call",
      organizer: booking.host,
      attendees: (seats === null ? [booker] : seats.map(({ email }) => email)).map(entryOf),
      iCalUID: booking.icalUid,
      requiresConfirmation: booking.needsConfirmation,
      seatsPerTimeSlot: seats === null ? null : 5,
      ...(booking.series === null ? {} : { recurringEvent: { freq: 2, count: 2, interval: 1 } }),
      ...(seats !== null ? {} : {
        responses: {
          name: { value: nameOf(booker) },
          email: { value: booker },
          ...(company === undefined ? {} : { company: { value: company } }),
        },
      }),
    };
  }

  move(old: Stored, given: Partial<Stored> = {}): Stored {
    const moved = this.add({
      booker: old.booker,
      seats: old.seats,
      icalUid: old.icalUid,
      needsConfirmation: old.needsConfirmation,
      host: old.host,
      series: old.series,
      from: old.uid,
      start: Math.max(this.now, old.start) + 2 * DAY,
      ...given,
    });
    this.write(old, { status: "cancelled", to: moved.uid, timer: null });
    return moved;
  }

  /** What the API shows now, in no promised order. */
  rows(hasSeatTimes: boolean): ApiBooking[] {
    return this.bookings.map((booking) => ({
      id: booking.id,
      uid: booking.uid,
      title: `Call (${booking.uid})`,
      description: "",
      hosts: [booking.host],
      status: booking.status,
      cancellationReason: booking.reason,
      cancelledByEmail: "",
      ...(booking.from !== null && { rescheduledFromUid: booking.from }),
      ...(booking.to !== null && booking.series === null && { rescheduledToUid: booking.to }),
      start: iso(booking.start),
      end: iso(booking.start + HALF_AN_HOUR),
      duration: 30,
      eventType: { id: booking.seats === null ? 7 : 8, slug: "call" },
      location: "https://meet.google.com/abc",
      absentHost: false,
      createdAt: iso(booking.createdAt),
      updatedAt: iso(booking.updatedAt),
      icsUid: booking.icalUid,
      metadata: {},
      ...(booking.series !== null && { recurringBookingUid: booking.series }),
      ...(booking.seats !== null
        ? {
          attendees: booking.seats.map(({ email, id, takenAt, absent }) => ({
            ...apiAttendee(email, absent),
            seatUid: id,
            bookingFieldsResponses: answersOf(email),
            ...(hasSeatTimes && { createdAt: iso(takenAt) }),
          })),
        }
        : {
          // In no promised order: a host of the team may come first.
          attendees: [
            ...(booking.id % 2 ? [apiAttendee("team@modernfull.com", false)] : []),
            apiAttendee(booking.booker, booking.absent),
          ],
          guests: [],
          bookingFieldsResponses: { ...answersOf(booking.booker), email: booking.booker },
        }),
    }));
  }
}

function entryOf(email: string): Body {
  return { email, name: nameOf(email), timeZone: "Europe/Paris", language: { locale: "en" } };
}

function apiAttendee(email: string, absent: boolean): Body {
  return { email, name: nameOf(email), timeZone: "Europe/Paris", language: "en", absent };
}

function answersOf(email: string): Body {
  const company = companyOf(email);
  return { name: nameOf(email), ...(company !== undefined && { company }) };
}

type Act = [weight: number, act: (calcom: Calcom, step: Step) => void];

function toBooking(
  fits: (booking: Stored) => boolean,
  act: (calcom: Calcom, booking: Stored, step: Step) => void,
): Act[1] {
  return (calcom, step) => {
    const fitting = calcom.bookings.filter(fits);
    if (fitting.length > 0) act(calcom, fitting[step.which % fitting.length]!, step);
  };
}

const isAlone = ({ seats }: Stored) => seats === null;
const isAccepted = (one: Stored) => one.status === "accepted";
const isPending = (one: Stored) => one.status === "pending";
const hasSeats = (one: Stored) => one.seats !== null && one.seats.length > 0 && isAccepted(one);

const ACTS = {
  book: [5, (calcom, { which, isSo }) => {
    const booker = PEOPLE[which % PEOPLE.length]!;
    const start = calcom.now + (isSo ? HOUR : 3 * DAY);
    calcom.send("BOOKING_CREATED", calcom.add({ booker, start, needsConfirmation: false }));
  }],
  bookSeries: [1, (calcom, { which }) => {
    const series = calcom.next("series");
    for (const week of [0, 1]) {
      const booker = PEOPLE[which % PEOPLE.length]!;
      const start = calcom.now + DAY + week * 7 * DAY;
      const icalUid = `${series}@google.com`;
      calcom.send("BOOKING_CREATED", calcom.add({ booker, start, series, icalUid }));
    }
  }],
  request: [2, (calcom, { which }) => {
    const booker = PEOPLE[which % PEOPLE.length]!;
    const asked = calcom.add({ booker, status: "pending", needsConfirmation: true });
    calcom.send("BOOKING_REQUESTED", asked, { status: "PENDING" });
  }],
  confirm: [
    3,
    toBooking((one) => isPending(one) && isAlone(one), (calcom, asked) => {
      if (asked.start <= calcom.now) return;
      calcom.write(asked, { status: "accepted" });
      calcom.send("BOOKING_CREATED", asked);
    }),
  ],
  reject: [
    1,
    toBooking((one) => isPending(one), (calcom, asked) => {
      calcom.write(asked, { status: "rejected", timer: null });
      calcom.send("BOOKING_REJECTED", asked, { status: "REJECTED" });
    }),
  ],
  move: [
    4,
    toBooking((one) => isAccepted(one) && isAlone(one), (calcom, old, { which }) => {
      const moved = calcom.move(old, { host: HOSTS[which % 2]! });
      calcom.send("BOOKING_RESCHEDULED", moved, { rescheduleUid: old.uid });
    }),
  ],
  requestMove: [
    2,
    toBooking(
      (one) => isAccepted(one) && isAlone(one) && one.series === null,
      (calcom, old, { isSo }) => {
        const moved = calcom.move(old, { status: "pending", needsConfirmation: true });
        const link = isSo ? { rescheduleUid: old.uid } : {};
        calcom.send("BOOKING_REQUESTED", moved, { ...link, status: "PENDING" });
      },
    ),
  ],
  cancel: [
    3,
    toBooking((one) => isAccepted(one) && isAlone(one), (calcom, booking) => {
      if (booking.start <= calcom.now) return; // whether it had taken place nobody can tell then
      calcom.send("BOOKING_CANCELLED", booking, { status: "CANCELLED", requestReschedule: false });
      calcom.write(booking, { status: "cancelled", timer: null });
    }),
  ],
  askForAnotherTime: [
    1,
    toBooking((one) => isAccepted(one) && isAlone(one), (calcom, booking) => {
      if (booking.start <= calcom.now) return;
      const reason = "Please reschedule. Ill";
      const more = { status: "CANCELLED", requestReschedule: true, cancellationReason: reason };
      calcom.send("BOOKING_CANCELLED", booking, more);
      calcom.write(booking, { status: "cancelled", timer: null, reason });
    }),
  ],
  pickAnotherTime: [
    2,
    toBooking(
      (one) => one.status === "cancelled" && one.reason !== "" && one.to === null,
      (calcom, old) => {
        const moved = calcom.move(old);
        calcom.send("BOOKING_RESCHEDULED", moved, { rescheduleUid: old.uid });
      },
    ),
  ],
  reassign: [
    1,
    toBooking(isAccepted, (calcom, booking) => {
      calcom.write(booking, { host: HOSTS.find((one) => one !== booking.host)! });
      calcom.send("BOOKING_REASSIGNED", booking);
    }),
  ],
  noShow: [
    2,
    toBooking((one) => isAccepted(one) && one.timer === null, (calcom, booking, { which }) => {
      const seat = booking.seats?.[which % Math.max(booking.seats.length, 1)];
      const absent = seat === undefined
        ? booking.absent = !booking.absent
        : seat.absent = !seat.absent;
      calcom.bodies.push({
        triggerEvent: "BOOKING_NO_SHOW_UPDATED",
        createdAt: iso(calcom.now),
        payload: {
          bookingUid: booking.uid,
          attendees: [{ email: seat?.email ?? booking.booker, noShow: absent }],
        },
      });
    }),
  ],
  takeSeat: [3, (calcom, { which }) => {
    const email = PEOPLE[which % PEOPLE.length]!;
    const webinar = calcom.bookings.find((one) =>
      one.seats !== null && isAccepted(one) && one.start > calcom.now
    ) ?? calcom.add({ booker: email, seats: [], start: calcom.now + 4 * DAY });
    if (
      webinar.seats!.some((one) =>
        one.email === email
      )
    ) return;
    const seat = { email, id: calcom.next("seat"), takenAt: calcom.now, absent: false };
    webinar.seats!.push(seat);
    const more = { attendees: [entryOf(email)], attendeeSeatId: seat.id };
    const company = companyOf(email);
    const responses = company === undefined ? {} : { responses: { company: { value: company } } };
    calcom.send("BOOKING_CREATED", webinar, { ...more, ...responses });
  }],
  cancelSeat: [
    1,
    toBooking((one) => hasSeats(one) && one.seats!.length > 1, (calcom, webinar, { which }) => {
      if (webinar.start <= calcom.now) return;
      const [gone] = webinar.seats!.splice(which % webinar.seats!.length, 1);
      const more = { attendees: [entryOf(gone!.email)], status: "CANCELLED" };
      calcom.send("BOOKING_CANCELLED", webinar, more, true);
    }),
  ],
  moveSeat: [
    1,
    toBooking(
      (one) => hasSeats(one) && one.seats!.length > 1,
      (calcom, webinar, { which, isSo }) => {
        const seat = webinar.seats![which % webinar.seats!.length]!;
        const other = isSo &&
          calcom.bookings.find((one) =>
            hasSeats(one) && one !== webinar && one.start > calcom.now &&
            one.seats!.every(({ email }) => email !== seat.email)
          );
        webinar.seats = webinar.seats!.filter((one) => one !== seat);
        if (other) other.seats!.push(seat);
        const target = other || calcom.add({
          booker: seat.email,
          seats: [seat],
          start: Math.max(calcom.now, webinar.start) + DAY,
        });
        const more = {
          rescheduleUid: webinar.uid,
          attendeeSeatId: seat.id,
          attendees: [entryOf(seat.email)],
        };
        calcom.send("BOOKING_RESCHEDULED", target, more, true);
      },
    ),
  ],
  moveSeatsInPlace: [
    1,
    toBooking(hasSeats, (calcom, webinar) => {
      // Who was missing keeps the mark: of which of the two meetings it tells nobody can tell then.
      if (webinar.seats!.some(({ absent }) => absent)) return;
      const start = Math.max(calcom.now, webinar.start) + DAY;
      calcom.write(webinar, { start, timer: start + HALF_AN_HOUR });
      calcom.send("BOOKING_RESCHEDULED", webinar, { rescheduleUid: webinar.uid });
    }),
  ],
  cancelSeats: [
    1,
    toBooking(hasSeats, (calcom, webinar) => {
      if (webinar.start <= calcom.now) return;
      calcom.send("BOOKING_CANCELLED", webinar, { status: "CANCELLED" });
      calcom.write(webinar, { status: "cancelled", timer: null, seats: [] });
    }),
  ],
} satisfies Record<string, Act>;

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.oneof(
    ...Object.entries(ACTS).map(([kind, [weight]]) => ({
      weight,
      arbitrary: fc.constant(kind as Step["do"]),
    })),
  ),
  which: fc.nat({ max: 11 }),
  isSo: fc.boolean(),
  after: fc.constantFrom(1, 2, 60, 600, 1440, 4320),
});

/** Histories that end a quarter of an hour ago, so that nothing in them is too young to be compared. */
export const calcomHistory: fc.Arbitrary<CalcomHistory> = fc
  .record({
    steps: fc.array(step, { minLength: 2, maxLength: 14, size: "max" }),
    hasSeatTimes: fc.boolean(),
    rest: fc.constantFrom(1, 1440, 14_400),
  })
  .map(({ steps, hasSeatTimes, rest }) => {
    const end = Date.now() - 15 * MINUTE;
    const minutes = steps.reduce((sum, { after }) => sum + after, Number(rest));
    const calcom = new Calcom(end - minutes * MINUTE);
    for (const one of steps) {
      calcom.pass(calcom.now + one.after * MINUTE);
      ACTS[one.do][1](calcom, one);
    }
    calcom.pass(Math.max(end, calcom.now));
    const isSeat = (body: Body) => (body.payload as Body | undefined)?.attendeeSeatId !== undefined;
    return {
      bodies: calcom.bodies,
      rows: calcom.rows(hasSeatTimes),
      isUndated: (body: Body) => calcom.undated.has(body) || (!hasSeatTimes && isSeat(body)),
    };
  })
  .filter(({ bodies }) => bodies.length > 1);
