import { Buffer } from "node:buffer";
import ical, {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendarMethod,
  ICalEventStatus,
} from "npm:ical-generator@11.1.2";
import type { Mail } from "./mail.ts";
import type { Attachment, OwedEmail } from "./message.ts";

/**
 * The meeting as a calendar file, by which a calendar enters, updates or removes its entry.
 * Null when the sender wants none, or when there is no entry to name or no time to give.
 */
export function writeCalendar(
  mail: Mail,
  { created_at, from_address }: Pick<OwedEmail, "created_at" | "from_address">,
): Attachment | null {
  const { uid, sequence, start, end } = mail.calendar;
  if (!mail.brand.attachesCalendar || uid === null || start === null) {
    return null;
  }

  const isOver = mail.kind === "cancellation";
  const method = isOver ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST;
  const calendar = ical({
    prodId: {
      company: "calcom-deals",
      product: "mail",
      language: mail.words.tag,
    },
    method,
  });
  const event = calendar.createEvent({
    id: uid,
    sequence,
    stamp: new Date(created_at),
    start,
    ...(end !== null && end > start ? { end } : {}),
    summary: mail.title,
    status: isOver ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // A request needs somebody who makes it; a host who hides the address speaks through the sender.
    organizer: {
      name: mail.host.name ?? mail.brand.name ?? from_address,
      email: mail.host.email ?? from_address,
    },
  });
  const place = describePlace(mail);
  if (place !== null) event.location(place);
  const description = describe(mail);
  if (description !== "") event.description(description);
  for (const person of [mail.attendee, ...mail.guests]) {
    const { name, email } = person;
    if (email === null) continue;
    event.createAttendee({
      email,
      ...(name === null ? {} : { name }),
      role: ICalAttendeeRole.REQ,
      rsvp: false,
      // Whoever booked will come; whether the guests will is not known here.
      ...(person === mail.attendee ? { status: ICalAttendeeStatus.ACCEPTED } : {}),
    });
  }

  return {
    filename: isOver ? "cancel.ics" : "invite.ics",
    content: Buffer.from(calendar.toString()).toString("base64"),
    contentType: `text/calendar; charset=utf-8; method=${method}`,
  };
}

/** A hint to look into the calendar has no place in it, nor has the way into a call that is off. */
function describePlace({ kind, place }: Mail): string | null {
  if (place === null || kind === "cancellation" || "hint" in place) return null;
  return "url" in place ? place.url : place.text;
}

/** What is worth having at hand when the entry is opened. */
function describe(
  { kind, words, place, notes, links, calendar }: Mail,
): string {
  if (kind === "cancellation") return "";
  return [
    ...(place !== null && "url" in place ? [`${words.join}: ${place.url}`] : []),
    ...(links.reschedule === null ? [] : [`${words.reschedule}: ${links.reschedule}`]),
    ...(links.cancel === null ? [] : [`${words.cancel}: ${links.cancel}`]),
    ...(notes === null || calendar.hidesNotes ? [] : ["", `${words.notes}:`, ...notes]),
  ].join("\n").trim();
}
