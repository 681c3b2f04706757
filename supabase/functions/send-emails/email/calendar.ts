import { encodeBase64 } from "npm:deno-std@1.4.0/encoding/base64.js";
import ical, {
  ICalAttendeeRole,
  ICalAttendeeStatus,
  ICalCalendarMethod,
  type ICalEvent,
  ICalEventStatus,
} from "npm:ical-generator@11.1.2";
import type { Attachment, EmailRow, EmailView } from "./types.ts";

/**
 * Writes the meeting as a calendar file, by which a calendar enters, updates or removes its entry.
 *
 * @returns null when the sender wants none, or when there is no entry to name or no time to give.
 */
export function writeCalendar(
  view: EmailView,
  { created_at, from_address }: Pick<EmailRow, "created_at" | "from_address">,
): Attachment | null {
  const { uid, sequence, start, end } = view.calendar;
  if (!view.brand.attachesCalendar || uid === null || start === null) return null;

  const isOver = view.kind === "cancellation";
  const method = isOver ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.REQUEST;
  const calendar = ical({
    prodId: { company: "calcom-deals", product: "mail", language: view.copy.tag },
    method,
  });
  const event = calendar.createEvent({
    id: uid,
    sequence,
    stamp: new Date(created_at),
    start,
    ...(end !== null && end > start ? { end } : {}),
    summary: view.title,
    status: isOver ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    // A request needs an organizer; for a host who hides the address it is the sender.
    organizer: {
      name: view.host.name ?? view.brand.name ?? from_address ?? "",
      email: view.host.email ?? from_address ?? "",
    },
  });
  const place = describePlace(view);
  if (place !== null) event.location(place);
  const description = describe(view);
  if (description !== "") event.description(description);
  addAttendees(event, view);

  return {
    filename: isOver ? "cancel.ics" : "invite.ics",
    content: encodeBase64(calendar.toString()),
    contentType: `text/calendar; charset=utf-8; method=${method}`,
  };
}

/** In a `mailto:` these do not belong to the address: what follows is a Cc or a text for it. */
const MORE_THAN_AN_ADDRESS = /[?&%]/;

/** Whoever booked will come; whether the guests will is not known here. */
function addAttendees(event: ICalEvent, { attendee, guests }: EmailView): void {
  for (const person of [attendee, ...guests]) {
    const { name, email } = person;
    if (email === null || MORE_THAN_AN_ADDRESS.test(email)) continue;
    event.createAttendee({
      email,
      ...(name === null ? {} : { name }),
      role: ICalAttendeeRole.REQ,
      rsvp: false,
      ...(person === attendee ? { status: ICalAttendeeStatus.ACCEPTED } : {}),
    });
  }
}

/** A hint to look into the calendar has no place in it, nor has the way into a call that is off. */
function describePlace({ kind, place }: EmailView): string | null {
  if (place === null || kind === "cancellation" || "hint" in place) return null;
  return "url" in place ? place.url : place.text;
}

/** What is worth having at hand when the entry is opened. */
function describe(
  { kind, copy, place, notes, links, calendar }: EmailView,
): string {
  if (kind === "cancellation") return "";
  return [
    ...(place !== null && "url" in place ? [`${copy.join}: ${place.url}`] : []),
    ...(links.reschedule === null ? [] : [`${copy.reschedule}: ${links.reschedule}`]),
    ...(links.cancel === null ? [] : [`${copy.cancel}: ${links.cancel}`]),
    ...(notes === null || calendar.hidesNotes ? [] : ["", `${copy.notes}:`, ...notes]),
  ].join("\n").trim();
}
