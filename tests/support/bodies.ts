/** A webhook body as Cal.com sends it. */
export type Body = Record<string, unknown>;

/** What Cal.com knows about one person's meeting. */
export interface Meeting {
  uid: string;
  previousUids: string[];
  icalUid: string;
  email: string;
  /** As typed into the form of this meeting. */
  name: string;
  company: string | null;
  eventType: number;
  organizer: string;
  start: number;
  /** The times that a seated event had under the same uid. */
  previousStarts: number[];
  isSeated: boolean;
  seat: string | null;
  isRecurring: boolean;
  isCancelled: boolean;
  /** The organizer has yet to confirm it. */
  isRequested: boolean;
  needsConfirmation: boolean;
}

/** What is so of a meeting that has just been booked, by one person and without being asked for. */
export function newMeeting() {
  return {
    previousUids: [],
    previousStarts: [],
    isSeated: false,
    seat: null,
    isRecurring: false,
    isCancelled: false,
    isRequested: false,
    needsConfirmation: false,
  } satisfies Partial<Meeting>;
}

const HALF_AN_HOUR = 1_800_000;

/** When a meeting that starts then is over. */
export function endOf(start: number): number {
  return start + HALF_AN_HOUR;
}

/** The payload of an event about a meeting. */
export function booking(meeting: Meeting): Body {
  return {
    uid: meeting.uid,
    status: "ACCEPTED",
    title: `Call with ${meeting.name} (${meeting.uid})`,
    startTime: new Date(meeting.start).toISOString(),
    endTime: new Date(endOf(meeting.start)).toISOString(),
    eventTypeId: meeting.eventType,
    organizer: { email: meeting.organizer, name: "Host", timeZone: "Europe/London" },
    // A host who hides; one of them has another address for answers.
    hideOrganizerEmail: meeting.eventType > 1,
    customReplyToEmail: meeting.eventType === 3 ? "answers@modernfull.com" : null,
    attendees: [attendee(meeting)],
    iCalUID: meeting.icalUid,
    requiresConfirmation: meeting.needsConfirmation,
    ...(meeting.isRecurring ? { recurringEvent: { freq: 2, count: 3, interval: 1 } } : {}),
    ...(meeting.isSeated ? seat(meeting) : form(meeting)),
  };
}

export function attendee({ email, name }: Meeting): Body {
  return { email, name, timeZone: "Europe/Paris", language: { locale: "en" } };
}

function form({ email, name, company }: Meeting): Body {
  const answers = { name: { value: name }, email: { value: email } };
  return {
    responses: company === null ? answers : { ...answers, company: { value: company } },
    seatsPerTimeSlot: null,
  };
}

/** The answers are those of somebody else. */
function seat({ seat }: Meeting): Body {
  return {
    responses: { email: { value: "somebody@else.example" }, rescheduleReason: { value: "Old" } },
    seatsPerTimeSlot: 5,
    ...(seat === null ? {} : { attendeeSeatId: seat }),
  };
}

/** The flat event in its four variants, and wrapped as some senders do. */
export function meetingEnded(meeting: Meeting, variant: number): Body {
  const { uid, startTime, endTime, title } = booking(meeting);
  const times = { uid, startTime, endTime };
  const host = { email: meeting.organizer, name: "Host" };
  const person = { email: meeting.email, name: "x" };
  const trigger = { triggerEvent: "MEETING_ENDED" };
  const row = {
    ...times,
    title,
    status: "ACCEPTED",
    createdAt: "2037-09-30T00:00:00.000Z",
    // A seat that moves makes a meeting that replaces none.
    fromReschedule: meeting.isSeated ? null : meeting.previousUids.at(-1) ?? null,
  };
  return [
    {
      ...trigger,
      ...row,
      attendees: [person, host],
      user: host,
      responses: { email: { value: meeting.email } },
    },
    { ...trigger, ...times, attendees: [person] },
    { ...trigger, ...row, responses: { email: meeting.email, guests: [] } },
    { ...trigger, ...row, attendees: [person] },
    {
      ...trigger,
      createdAt: "2037-12-31T00:00:00.000Z",
      payload: { ...row, attendees: [person] },
    },
  ][variant]!;
}
