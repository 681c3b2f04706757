import type { Json } from "../_shared/database.types.ts";
import { toLine, toWebUrl } from "./values.ts";

/** Where the attendee can change a booking; null where that is not possible, or not known. */
export interface Links {
  reschedule: string | null;
  cancel: string | null;
  /** Of a booking that is over: where to book a new time. */
  bookAgain: string | null;
}

/**
 * Cal.com's pages for a booking.
 * @param seatId Cal.com's id of the seat, on an event with several
 */
export function findLinks(
  details: Record<string, Json | undefined>,
  seatId: string | null,
): Links {
  const base = toWebUrl(details.booker_url)?.replace(/[?#].*$/, "").replace(/\/+$/, "") ??
    null;
  const uid = toLine(details.uid);
  // Without its own id a seat cannot be told from the whole booking, which belongs to others too.
  const isKnown = base !== null && uid !== null &&
    (seatId !== null || details.is_seated !== true);
  const page = (...path: string[]) => [base, ...path.map(encodeURIComponent)].join("/");

  return {
    reschedule: isKnown && details.is_reschedulable !== false
      ? page("reschedule", seatId ?? uid)
      : null,
    cancel: isKnown && details.is_cancellable !== false
      ? `${page("booking", uid)}?cancel=true${
        seatId === null ? "" : `&seatReferenceUid=${encodeURIComponent(seatId)}`
      }`
      : null,
    bookAgain: findNewTime(details, base, uid),
  };
}

/**
 * The link that Cal.com made when the host asked for another time; else the page the meeting was
 * booked on; else, for a team's page, whose address Cal.com does not tell, the way over the booking.
 */
function findNewTime(
  details: Record<string, Json | undefined>,
  base: string | null,
  uid: string | null,
): string | null {
  const link = toWebUrl(details.reschedule_url);
  if (link !== null) return link;
  if (base === null) return null;

  const host = toLine(details.host_page);
  const event = toLine(details.event_page);
  if (host !== null && event !== null && details.is_asked_to_move !== true) {
    return [base, ...[host, event].map(encodeURIComponent)].join("/");
  }
  if (uid === null || details.is_seated === true) return null;
  return `${base}/reschedule/${encodeURIComponent(uid)}?allowRescheduleForCancelledBooking=true`;
}
