import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { emptyDatabase, readFixture, startWebhook, type Webhook } from "./support/webhook.ts";

/** A body and what is answered to it: the outcome of a 200, or the status of anything else. */
type Step = [
  fixture: string,
  answer: "applied" | "duplicate" | "ignored" | "waiting" | "failed" | 422,
];

/** Bodies in the order in which they arrive, and everything that is there afterwards. */
interface Scenario {
  steps: Step[];
  /** "domain: name" */
  companies?: string[];
  /** "address: name, company" */
  people?: string[];
  /** "uid: address, start, status" */
  bookings?: string[];
  /** "domain: status, stage" */
  deals?: string[];
  /** "kind to address from address", in any order */
  mails?: string[];
}

const DEFAULT_SENDER = "team@outboundsolutions.com";

const TOBIAS = "tobias.reyes@northwindcargo.example";
const NORTHWIND = {
  companies: ["northwindcargo.example: northwindcargo.example"],
  people: [`${TOBIAS}: Tobias Reyes, northwindcargo.example`],
};
const A = `kX3vQ9mTzR4bLs7WdYn2Pa: ${TOBIAS}, 2037-12-01T15:00Z`;
const B = `p8NcH5jRwE2uGf6TzKq4Xv: ${TOBIAS}, 2037-12-03T15:00Z`;
const C = `m3YdK9rVhT6wQb2XnLc8Gp: ${TOBIAS}, 2037-12-10T15:00Z`;
const TO_TOBIAS = `to ${TOBIAS} from ${DEFAULT_SENDER}`;
const BOOKED_A = {
  ...NORTHWIND,
  bookings: [`${A}, ACCEPTED`],
  deals: ["northwindcargo.example: active, booked"],
  mails: [`confirmation ${TO_TOBIAS}`],
};
const MET_A = {
  ...BOOKED_A,
  bookings: [`${A}, ACCEPTED, attended`],
  deals: ["northwindcargo.example: active, met"],
};
const CANCELLED_A = {
  ...BOOKED_A,
  bookings: [`${A}, CANCELLED`],
  deals: ["northwindcargo.example: cancelled, booked"],
  mails: [`confirmation ${TO_TOBIAS}`, `cancellation ${TO_TOBIAS}`],
};
const MOVED_TO_C = {
  ...BOOKED_A,
  bookings: [`${C}, ACCEPTED`],
};

const YUSUF = "yusuf@brandtworks.example";
const BRANDTWORKS = {
  companies: ["brandtworks.example: brandtworks.example"],
  people: [`${YUSUF}: Yusuf Brandt, brandtworks.example`],
};

const BOOKED_YUSUF = {
  ...BRANDTWORKS,
  bookings: [`d9WqT3xNfK7hVm5ZbRs2Gc: ${YUSUF}, 2037-12-04T10:00Z, ACCEPTED`],
  deals: ["brandtworks.example: active, booked"],
  mails: [`confirmation to ${YUSUF} from ${DEFAULT_SENDER}`],
};

const ODILE = "odile@maisonferran.example";
const RASHID = "rashid@noorlogistics.example";
const WORKSHOP = {
  companies: [
    "maisonferran.example: maisonferran.example",
    "noorlogistics.example: noorlogistics.example",
  ],
  people: [
    `${ODILE}: Odile Ferran, maisonferran.example`,
    `${RASHID}: Rashid Noor, noorlogistics.example`,
  ],
};
const WORKSHOP_BOOKED = [
  "maisonferran.example: active, booked",
  "noorlogistics.example: active, booked",
];
const INES = "ines@duartecoffee.example";
const SEATS_TAKEN: Step[] = [
  ["booking-created-seat-first", "applied"],
  ["booking-created-seat-second-same-uid", "applied"],
];
const TO_ODILE = `to ${ODILE} from ${DEFAULT_SENDER}`;
const TO_RASHID = `to ${RASHID} from ${DEFAULT_SENDER}`;

const SCENARIOS: Record<string, Scenario> = {
  "a business books": {
    steps: [["booking-created-business", "applied"]],
    ...BOOKED_A,
  },
  "a booking arrives through two webhooks, and once more": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-created-business-second-webhook", "duplicate"],
      ["booking-created-business", "duplicate"],
    ],
    ...BOOKED_A,
  },
  "a personal address, as it was typed": {
    steps: [["booking-created-personal-email", "applied"]],
    people: ["nadia.okonkwo.demo+cal@gmail.com: Nadia Okonkwo, none"],
    bookings: [
      "t5RkW8nLpJ3vXz2QmHc7Bd: nadia.okonkwo.demo+cal@gmail.com, 2037-12-02T09:00Z, ACCEPTED",
    ],
    mails: [`confirmation to nadia.okonkwo.demo+cal@gmail.com from ${DEFAULT_SENDER}`],
  },
  "a booking by phone": {
    steps: [["booking-created-phone-only", "applied"]],
    people: ["15550142077@sms.cal.com: Amara Silva, none"],
    bookings: ["r8ZmK3xTwQ6cVh2NpLj9Fb: 15550142077@sms.cal.com, 2037-12-02T18:00Z, ACCEPTED"],
  },
  "a company says its name, and gets another host": {
    steps: [
      ["booking-created-company-answer", "applied"],
      ["booking-reassigned", "applied"],
    ],
    companies: ["harborfinch.example: Harbor & Finch Ltd"],
    people: ["ingrid@harborfinch.example: Ingrid Castellanos, harborfinch.example"],
    bookings: [
      "z2HvM6tKcS9wPx4RnJq8Lf: ingrid@harborfinch.example, 2037-12-03T13:00Z, ACCEPTED",
    ],
    deals: ["harborfinch.example: active, booked"],
    mails: [`confirmation to ingrid@harborfinch.example from ${DEFAULT_SENDER}`],
  },
  "a name in two parts, a domain in capitals": {
    steps: [["booking-created-name-object-upper-case-mail", "applied"]],
    companies: ["kestrel-foods.example: kestrel-foods.example"],
    people: ["priya.raman+demo@kestrel-foods.example: Priya Raman, kestrel-foods.example"],
    bookings: [
      "n4CzJ7pLsM2xWq9TbGd5Rk: priya.raman+demo@kestrel-foods.example, 2037-12-07T06:30Z, ACCEPTED",
    ],
    deals: ["kestrel-foods.example: active, booked"],
    mails: [`confirmation to priya.raman+demo@kestrel-foods.example from ${DEFAULT_SENDER}`],
  },
  "a newer version of the webhook": {
    steps: [["booking-created-version-2026-07-27", "applied"]],
    companies: ["anatoliatextiles.example: anatoliatextiles.example"],
    people: ["elif.demir@anatoliatextiles.example: Elif Demir, anatoliatextiles.example"],
    bookings: [
      "f6RwB2jXnY8kTz4QcVg9Hs: elif.demir@anatoliatextiles.example, 2037-12-07T12:00Z, ACCEPTED",
    ],
    deals: ["anatoliatextiles.example: active, booked"],
    mails: [`confirmation to elif.demir@anatoliatextiles.example from ${DEFAULT_SENDER}`],
  },
  "a meeting in person, with the host of another brand": {
    steps: [["booking-created-in-person", "applied"]],
    companies: ["ebertmaschinen.example: ebertmaschinen.example"],
    people: ["jonas.ebert@ebertmaschinen.example: Jonas Ebert, ebertmaschinen.example"],
    bookings: [
      "b7XqD3mRtC6vHn2KwZp8Ys: jonas.ebert@ebertmaschinen.example, 2037-12-08T13:00Z, ACCEPTED",
    ],
    deals: ["ebertmaschinen.example: active, booked"],
    mails: ["confirmation to jonas.ebert@ebertmaschinen.example from team@modernfull.com"],
  },
  "a body with next to nothing in it": {
    steps: [["booking-created-sparse", "applied"]],
    companies: ["tidewaterglass.example: tidewaterglass.example"],
    people: ["bo@tidewaterglass.example: none, tidewaterglass.example"],
    bookings: ["g9PkS5wVzF3nLr7JxTm2Cb: bo@tidewaterglass.example, 2037-12-09T08:00Z, ACCEPTED"],
    deals: ["tidewaterglass.example: active, booked"],
    mails: [`confirmation to bo@tidewaterglass.example from ${DEFAULT_SENDER}`],
  },
  "a booking without a uid": {
    steps: [["booking-created-without-uid", "failed"]],
  },
  "asked for, confirmed by the host, held": {
    steps: [
      ["booking-requested", "ignored"],
      ["booking-created-confirmed-by-host", "applied"],
      ["meeting-ended-flat-confirmed-minimal", "applied"],
    ],
    ...BRANDTWORKS,
    bookings: [`d9WqT3xNfK7hVm5ZbRs2Gc: ${YUSUF}, 2037-12-04T10:00Z, ACCEPTED, attended`],
    deals: ["brandtworks.example: active, met"],
    mails: [`confirmation to ${YUSUF} from ${DEFAULT_SENDER}`],
  },
  "asked for, by a BOOKING_CREATED that is pending, and confirmed": {
    steps: [
      ["booking-created-pending", "ignored"],
      ["booking-created-confirmed-by-host", "applied"],
    ],
    ...BOOKED_YUSUF,
  },
  "asked for, withdrawn": {
    steps: [
      ["booking-requested", "ignored"],
      ["booking-cancelled-withdrawn-request", "ignored"],
    ],
  },
  "asked for, withdrawn, the wrong way round": {
    steps: [
      ["booking-cancelled-withdrawn-request", "waiting"],
      ["booking-requested", "ignored"],
    ],
  },
  "asked for, moved by the host before it was confirmed": {
    steps: [
      ["booking-requested", "ignored"],
      ["booking-rescheduled-unconfirmed-by-organizer", "applied"],
    ],
    ...BOOKED_YUSUF,
    bookings: [`e5NwK2sHvB8tJq3RzLx7Ym: ${YUSUF}, 2037-12-07T10:00Z, ACCEPTED`],
    mails: [`reschedule to ${YUSUF} from ${DEFAULT_SENDER}`],
  },
  "asked for, rejected": {
    steps: [
      ["booking-requested", "ignored"],
      ["booking-rejected", "ignored"],
    ],
  },
  "confirmed, rejected after all": {
    steps: [
      ["booking-created-confirmed-by-host", "applied"],
      ["booking-rejected", "applied"],
    ],
    ...BRANDTWORKS,
    bookings: [`d9WqT3xNfK7hVm5ZbRs2Gc: ${YUSUF}, 2037-12-04T10:00Z, CANCELLED`],
    deals: ["brandtworks.example: cancelled, booked"],
    mails: [
      `confirmation to ${YUSUF} from ${DEFAULT_SENDER}`,
      `cancellation to ${YUSUF} from ${DEFAULT_SENDER}`,
    ],
  },
  "moved by the attendee, and again, with the timers of the old times": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-rescheduled-by-attendee", "applied"],
      ["booking-rescheduled-chain-c", "applied"],
      ["meeting-ended-flat", "ignored"],
      ["meeting-ended-flat-rescheduled", "ignored"],
    ],
    ...MOVED_TO_C,
    mails: [
      `confirmation ${TO_TOBIAS}`,
      `reschedule ${TO_TOBIAS}`,
      `reschedule ${TO_TOBIAS}`,
    ],
  },
  "moved by the host, held at the new time": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-rescheduled-by-organizer", "applied"],
      ["meeting-ended-flat-rescheduled", "applied"],
    ],
    ...MET_A,
    bookings: [`${B}, ACCEPTED, attended`],
    mails: [`confirmation ${TO_TOBIAS}`, `reschedule ${TO_TOBIAS}`],
  },
  "moved twice, the first move late": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-rescheduled-chain-c", "applied"],
      ["booking-rescheduled-by-attendee", "applied"],
    ],
    ...MOVED_TO_C,
    mails: [`confirmation ${TO_TOBIAS}`, `reschedule ${TO_TOBIAS}`],
  },
  "moved twice, everything the wrong way round": {
    steps: [
      ["booking-rescheduled-chain-c", "applied"],
      ["booking-rescheduled-by-attendee", "applied"],
      ["booking-created-business", "applied"],
    ],
    ...MOVED_TO_C,
    mails: [`reschedule ${TO_TOBIAS}`],
  },
  "cancelled, and told twice": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-cancelled", "applied"],
      ["booking-cancelled-no-attendees", "duplicate"],
    ],
    ...CANCELLED_A,
  },
  "cancelled by a body that names nobody": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-cancelled-no-attendees", "applied"],
    ],
    ...CANCELLED_A,
  },
  "cancelled, with the timer of its end": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-cancelled", "applied"],
      ["meeting-ended-flat", "ignored"],
    ],
    ...CANCELLED_A,
  },
  "the host asks for another time, and gets one": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-cancelled-request-reschedule", "applied"],
      ["booking-rescheduled-after-request", "applied"],
    ],
    ...BOOKED_A,
    bookings: [`s5HwL8gZtP2mKx7DcVq4Nj: ${TOBIAS}, 2037-12-08T16:00Z, ACCEPTED`],
    mails: [
      `confirmation ${TO_TOBIAS}`,
      `cancellation ${TO_TOBIAS}`,
      `reschedule ${TO_TOBIAS}`,
    ],
  },
  "the attendee moves what the host must confirm": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-requested-reschedule", "applied"],
      ["booking-created-confirms-reschedule", "applied"],
    ],
    ...BOOKED_A,
    bookings: [`q6JtX2dBnW8cRv5MzKh3Fy: ${TOBIAS}, 2037-12-05T15:00Z, ACCEPTED`],
    mails: [`confirmation ${TO_TOBIAS}`, `confirmation ${TO_TOBIAS}`],
  },
  "the attendee moves what the host must confirm, and nothing says what": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-requested-reschedule-without-link", "applied"],
      ["booking-created-confirms-reschedule", "applied"],
    ],
    ...BOOKED_A,
    bookings: [`q6JtX2dBnW8cRv5MzKh3Fy: ${TOBIAS}, 2037-12-05T15:00Z, ACCEPTED`],
    mails: [`confirmation ${TO_TOBIAS}`, `confirmation ${TO_TOBIAS}`],
  },
  "moved by somebody who typed an address of their own": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-rescheduled-other-address", "applied"],
    ],
    ...BOOKED_A,
    bookings: [`${B}, ACCEPTED`],
    mails: [`confirmation ${TO_TOBIAS}`, `reschedule ${TO_TOBIAS}`],
  },
  "moved and cancelled, with the reason of the move repeated": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-rescheduled-by-attendee", "applied"],
      ["booking-cancelled-old-reschedule-reason", "applied"],
    ],
    ...CANCELLED_A,
    bookings: [`${B}, CANCELLED`],
    mails: [
      `confirmation ${TO_TOBIAS}`,
      `reschedule ${TO_TOBIAS}`,
      `cancellation ${TO_TOBIAS}`,
    ],
  },
  "cancelled after a move that was lost": {
    steps: [
      ["booking-created-business", "applied"],
      ["booking-cancelled-old-reschedule-reason", "applied"],
    ],
    ...CANCELLED_A,
  },
  "held after a move that was lost": {
    steps: [
      ["booking-created-business", "applied"],
      ["meeting-ended-flat-rescheduled", "applied"],
    ],
    ...MET_A,
    bookings: [`${B}, ACCEPTED, attended`],
  },
  ...Object.fromEntries(
    ["booking-created-hidden-organizer", "booking-created-hidden-organizer-reply-to"].map(
      (fixture): [string, Scenario] => [`a host in hiding, as in ${fixture}`, {
        steps: [[fixture, "applied"]],
        ...BOOKED_A,
      }],
    ),
  ),
  "a whole day": {
    steps: [["booking-created-all-day", "applied"]],
    companies: ["fjordlight.example: fjordlight.example"],
    people: ["signe@fjordlight.example: Signe Aalto, fjordlight.example"],
    bookings: ["x6LdR9wFqT2mVk7HzCs4Np: signe@fjordlight.example, 2037-12-07T23:00Z, ACCEPTED"],
    deals: ["fjordlight.example: active, booked"],
    mails: [`confirmation to signe@fjordlight.example from ${DEFAULT_SENDER}`],
  },
  "a company that says its name the second time": {
    steps: [
      ["booking-created-company-not-answered", "applied"],
      ["booking-created-company-answer", "applied"],
    ],
    companies: ["harborfinch.example: Harbor & Finch Ltd"],
    people: ["ingrid@harborfinch.example: Ingrid Castellanos, harborfinch.example"],
    bookings: [
      "c4VtP8nJxG5rMw2KzHd7Sq: ingrid@harborfinch.example, 2037-12-02T13:00Z, ACCEPTED",
      "z2HvM6tKcS9wPx4RnJq8Lf: ingrid@harborfinch.example, 2037-12-03T13:00Z, ACCEPTED",
    ],
    deals: ["harborfinch.example: active, booked"],
    mails: [
      `confirmation to ingrid@harborfinch.example from ${DEFAULT_SENDER}`,
      `confirmation to ingrid@harborfinch.example from ${DEFAULT_SENDER}`,
    ],
  },
  "two seats, one is moved to where somebody sits": {
    steps: [
      ...SEATS_TAKEN,
      ["booking-created-seat-other-time", "applied"],
      ["booking-rescheduled-seat-onto-others", "applied"],
    ],
    companies: ["duartecoffee.example: duartecoffee.example", ...WORKSHOP.companies],
    people: [`${INES}: Ines Duarte, duartecoffee.example`, ...WORKSHOP.people],
    bookings: [
      `j8VbN4xKqG7tDw3HmRz6Lc: ${INES}, 2037-12-17T16:00Z, ACCEPTED`,
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${ODILE}, 2037-12-10T16:00Z, ACCEPTED`,
      `j8VbN4xKqG7tDw3HmRz6Lc: ${RASHID}, 2037-12-17T16:00Z, ACCEPTED`,
    ],
    deals: ["duartecoffee.example: active, booked", ...WORKSHOP_BOOKED],
    mails: [
      `confirmation to ${INES} from ${DEFAULT_SENDER}`,
      `confirmation ${TO_ODILE}`,
      `confirmation ${TO_RASHID}`,
      `reschedule ${TO_RASHID}`,
    ],
  },
  "two seats, moved twice in place, with the timer of the first time": {
    steps: [
      ...SEATS_TAKEN,
      ["booking-rescheduled-seated-in-place", "applied"],
      ["booking-rescheduled-seated-in-place-again", "applied"],
      ["meeting-ended-flat-seated-old-time", "ignored"],
    ],
    ...WORKSHOP,
    bookings: [
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${ODILE}, 2037-12-14T16:00Z, ACCEPTED`,
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${RASHID}, 2037-12-14T16:00Z, ACCEPTED`,
    ],
    deals: WORKSHOP_BOOKED,
    mails: [TO_ODILE, TO_RASHID].flatMap((to) => [
      `confirmation ${to}`,
      `reschedule ${to}`,
      `reschedule ${to}`,
    ]),
  },
  "two seats, moved in place, held": {
    steps: [
      ...SEATS_TAKEN,
      ["booking-rescheduled-seated-in-place-again", "applied"],
      ["meeting-ended-flat-seated", "applied"],
    ],
    ...WORKSHOP,
    bookings: [
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${ODILE}, 2037-12-14T16:00Z, ACCEPTED, attended`,
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${RASHID}, 2037-12-14T16:00Z, ACCEPTED, attended`,
    ],
    deals: ["maisonferran.example: active, met", "noorlogistics.example: active, met"],
    mails: [TO_ODILE, TO_RASHID].flatMap((to) => [`confirmation ${to}`, `reschedule ${to}`]),
  },
  "two seats, one is given up and taken again": {
    steps: [
      ...SEATS_TAKEN,
      ["booking-cancelled-one-seat", "applied"],
      ["booking-created-seat-again-without-id", "applied"],
    ],
    ...WORKSHOP,
    bookings: [
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${ODILE}, 2037-12-10T16:00Z, ACCEPTED`,
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${RASHID}, 2037-12-10T16:00Z, ACCEPTED`,
    ],
    deals: [
      "maisonferran.example: active, booked",
      "noorlogistics.example: active, booked",
      "noorlogistics.example: cancelled, booked",
    ],
    mails: [
      `confirmation ${TO_ODILE}`,
      `confirmation ${TO_RASHID}`,
      `cancellation ${TO_RASHID}`,
      `confirmation ${TO_RASHID}`,
    ],
  },
  "two seats, one is given up": {
    steps: [...SEATS_TAKEN, ["booking-cancelled-one-seat", "applied"]],
    ...WORKSHOP,
    bookings: [
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${ODILE}, 2037-12-10T16:00Z, ACCEPTED`,
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${RASHID}, 2037-12-10T16:00Z, CANCELLED`,
    ],
    deals: ["maisonferran.example: active, booked", "noorlogistics.example: cancelled, booked"],
    mails: [`confirmation ${TO_ODILE}`, `confirmation ${TO_RASHID}`, `cancellation ${TO_RASHID}`],
  },
  "two seats, one is moved": {
    steps: [...SEATS_TAKEN, ["booking-rescheduled-one-seat", "applied"]],
    ...WORKSHOP,
    bookings: [
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${ODILE}, 2037-12-10T16:00Z, ACCEPTED`,
      `j8VbN4xKqG7tDw3HmRz6Lc: ${RASHID}, 2037-12-17T16:00Z, ACCEPTED`,
    ],
    deals: ["maisonferran.example: active, booked", "noorlogistics.example: active, booked"],
    mails: [`confirmation ${TO_ODILE}`, `confirmation ${TO_RASHID}`, `reschedule ${TO_RASHID}`],
  },
  "two seats, the whole event is cancelled": {
    steps: [...SEATS_TAKEN, ["booking-cancelled-whole-seated", "applied"]],
    ...WORKSHOP,
    bookings: [
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${ODILE}, 2037-12-10T16:00Z, CANCELLED`,
      `v7TgL2kQxC5nRw9ZdHj3Mp: ${RASHID}, 2037-12-10T16:00Z, CANCELLED`,
    ],
    deals: ["maisonferran.example: cancelled, booked", "noorlogistics.example: cancelled, booked"],
    mails: [
      `confirmation ${TO_ODILE}`,
      `confirmation ${TO_RASHID}`,
      `cancellation ${TO_ODILE}`,
      `cancellation ${TO_RASHID}`,
    ],
  },
  "a series, cancelled from the first on": {
    steps: [
      ["booking-created-recurring-occurrence-1", "applied"],
      ["booking-created-recurring-occurrence-2", "applied"],
      ["booking-cancelled-recurring-all-remaining", "applied"],
    ],
    companies: ["arvidssonab.example: arvidssonab.example"],
    people: ["lena@arvidssonab.example: Lena Arvidsson, arvidssonab.example"],
    bookings: [
      "h3QnT8zKvL5wCx2RpMj7Bs: lena@arvidssonab.example, 2037-12-01T08:00Z, CANCELLED",
      "y9FdW4rGcN6tHk3VmPz8Lq: lena@arvidssonab.example, 2037-12-08T08:00Z, ACCEPTED",
    ],
    deals: ["arvidssonab.example: cancelled, booked"],
    mails: [
      `confirmation to lena@arvidssonab.example from ${DEFAULT_SENDER}`,
      `cancellation to lena@arvidssonab.example from ${DEFAULT_SENDER}`,
    ],
  },
  "a paid meeting counts when it is booked, not when it is paid": {
    steps: [
      ["booking-payment-initiated", "ignored"],
      ["booking-paid", "ignored"],
      ["booking-created-after-payment", "applied"],
    ],
    companies: ["marchettistudio.example: marchettistudio.example"],
    people: ["cleo@marchettistudio.example: Cleo Marchetti, marchettistudio.example"],
    bookings: [
      "w4KtN7vGzP2hRm9XcLs5Qd: cleo@marchettistudio.example, 2037-12-09T10:00Z, ACCEPTED",
    ],
    deals: ["marchettistudio.example: active, booked"],
    mails: [`confirmation to cleo@marchettistudio.example from ${DEFAULT_SENDER}`],
  },
  ...Object.fromEntries(
    [
      "meeting-ended-flat",
      "meeting-ended-flat-raw-row",
      "meeting-ended-flat-zapier",
      "meeting-ended-flat-with-hosts",
      "meeting-ended-enveloped",
    ].map((fixture): [string, Scenario] => [`held, as ${fixture} tells it`, {
      steps: [["booking-created-business", "applied"], [fixture, "applied"]],
      ...MET_A,
    }]),
  ),
  "held before it is known": {
    steps: [
      ["meeting-ended-flat", "waiting"],
      ["booking-created-business", "applied"],
    ],
    ...MET_A,
  },
  "nobody came": {
    steps: [
      ["booking-created-business", "applied"],
      ["meeting-ended-flat", "applied"],
      ["booking-no-show-updated", "applied"],
    ],
    ...BOOKED_A,
  },
  "nobody came, wrongly": {
    steps: [
      ["booking-created-business", "applied"],
      ["meeting-ended-flat", "applied"],
      ["booking-no-show-updated", "applied"],
      ["booking-no-show-undone", "applied"],
    ],
    ...MET_A,
  },
  "everything that changes nothing": {
    steps: [
      ["booking-created-business", "applied"],
      ["ping", "ignored"],
      ["meeting-started-flat", "ignored"],
      ["recording-ready", "ignored"],
      ["ooo-created", "ignored"],
      ["form-submitted", "ignored"],
      ["form-submitted-colliding-labels", "ignored"],
      ["instant-meeting", "ignored"],
      ["instant-meeting-accepted", "ignored"],
      ["after-guests-cal-video-no-show", "ignored"],
      ["booking-location-updated", "ignored"],
      ["wrong-assignment-report", "ignored"],
      ["unknown-trigger", "ignored"],
    ],
    ...BOOKED_A,
  },
  "bodies that are no event": {
    steps: [
      ["custom-template-body-no-envelope", 422],
      ["custom-template-render-not-json", 422],
      ["empty-object", 422],
    ],
  },
};

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
});
Deno.test.afterAll(() => stack.close());

for (const [name, { steps, ...expected }] of Object.entries(SCENARIOS)) {
  Deno.test(name, async () => {
    await emptyDatabase(stack);
    await using webhook = startWebhook(stack);
    for (const step of steps) {
      await assertAnswer(webhook, step);
    }
    await webhook.finish();
    assertEquals(await readEverything(), {
      companies: [],
      people: [],
      bookings: [],
      deals: [],
      ...expected,
      mails: expected.mails?.toSorted() ?? [],
    });
  });
}

Deno.test("an organizer in hiding stands in no mail", async () => {
  const hidden = await readMail("booking-created-hidden-organizer");
  assertEquals(hidden.text.includes("mara@"), false);
  assertEquals(hidden.replyTo, []);

  const withReplyTo = await readMail("booking-created-hidden-organizer-reply-to");
  assertEquals(withReplyTo.text.includes("mara@"), false);
  assertEquals(withReplyTo.replyTo, ["hello@brightloom.example"]);

  const shown = await readMail("booking-created-business");
  assertEquals(shown.text.includes("mara@brightloom.example"), true);
});

Deno.test("a cancellation gives no reason of a move", async () => {
  const mail = await readMail(
    "booking-created-business",
    "booking-rescheduled-by-attendee",
    "booking-cancelled-old-reschedule-reason",
  );
  assertEquals(mail.text.includes("Travel clash"), false);
});

Deno.test("a mail speaks the attendee's language and zone, whoever moved the meeting", async () => {
  const mail = await readMail("booking-created-business", "booking-rescheduled-other-address");
  assertEquals(mail.text.includes("Tokyo"), false);
  assert(mail.text.includes("Tobias"), "the attendee is greeted");
});

Deno.test("every body of the folder is in the table", () => {
  const posted = new Set(Object.values(SCENARIOS).flatMap(({ steps }) => steps.map(([f]) => f)));
  const files = [...Deno.readDirSync(new URL("./fixtures/calcom/", import.meta.url))]
    .map(({ name }) => name.replace(/\.json$/, ""));
  assertEquals(files.filter((file) => !posted.has(file)), []);
});

/** The last mail that these bodies cause, its calendar file included. */
async function readMail(...fixtures: string[]): Promise<{ text: string; replyTo: string[] }> {
  await emptyDatabase(stack);
  await using webhook = startWebhook(stack);
  for (const fixture of fixtures) {
    await webhook.post(readFixture(fixture));
    await webhook.finish();
  }
  const [mail] = stack.sandbox.messages();
  assert(mail !== undefined, "no mail was sent");
  const files = mail.attachments.map(({ content }) => atob(content).replace(/\r\n[ \t]/g, ""));
  return { text: [JSON.stringify(mail), ...files].join("\n"), replyTo: mail.reply_to };
}

async function assertAnswer(webhook: Webhook, [fixture, expected]: Step) {
  const { status, body } = await webhook.post(readFixture(fixture));
  const answer = status === 200 ? body.outcome : status;
  assertEquals(answer, expected, `${fixture}: ${body.reason}`);
  // The log says the same as the answer.
  const [event] = await stack.sql<{ outcome: string }>(
    "select outcome from public.calcom_events where id = $1",
    [body.event_id],
  );
  assertEquals(event?.outcome, expected === 422 ? "failed" : expected);
}

async function readEverything() {
  const [rows] = await stack.sql<Record<"companies" | "people" | "bookings" | "deals", string[]>>(`
    select
      array(select domain || ': ' || name from public.companies order by domain) as companies,
      array(
        select p.email || ': ' || coalesce(p.name, 'none') || ', ' || coalesce(c.domain, 'none')
        from public.people as p left join public.companies as c on c.id = p.company_id
        order by p.email
      ) as people,
      array(
        select b.calcom_uid || ': ' || p.email
          || to_char(b.start_time at time zone 'UTC', ', YYYY-MM-DD"T"HH24:MI"Z", ')
          || b.status || case when b.attended then ', attended' else '' end
        from public.bookings as b join public.people as p on p.id = b.person_id
        order by p.email, b.start_time
      ) as bookings,
      array(
        select c.domain || ': ' || d.status || ', ' || d.stage
        from public.deals as d join public.companies as c on c.id = d.company_id
        order by c.domain, d.status
      ) as deals`);
  const kinds = await stack.sql<{ id: string; kind: string }>("select id, kind from public.emails");
  const mails = stack.sandbox.messages().flatMap((mail) =>
    kinds.filter(({ id }) => id === mail.idempotency_key)
      .map(({ kind }) => `${kind} to ${mail.to} from ${mail.from}`)
  );
  assertEquals(mails.length, kinds.length, "a mail is owed that was not sent");
  return { ...rows, mails: mails.toSorted() };
}
