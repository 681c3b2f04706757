import { toLine, toWebUrl } from "./sanitize.ts";
import type { Links, TemplateData } from "./types.ts";

/**
 * Finds Cal.com's pages for a booking.
 *
 * @param seatId Cal.com's id of the seat, on an event with several
 */
export function findLinks(data: TemplateData, seatId: string | null): Links {
  const base = toWebUrl(data.booker_url)?.replace(/[?#].*$/, "").replace(/\/+$/, "") ??
    null;
  const uid = toLine(data.uid);
  // Without its own id a seat cannot be told from the whole booking, which belongs to others too.
  const isKnown = base !== null && uid !== null &&
    (seatId !== null || data.is_seated !== true);
  const page = (...path: string[]) => [base, ...path.map(encodeURIComponent)].join("/");

  return {
    reschedule: isKnown && data.is_reschedulable !== false
      ? page("reschedule", seatId ?? uid)
      : null,
    cancel: isKnown && data.is_cancellable !== false
      ? `${page("booking", uid)}?cancel=true${
        seatId === null ? "" : `&seatReferenceUid=${encodeURIComponent(seatId)}`
      }`
      : null,
    bookAgain: findNewTime(data, base, uid),
  };
}

/**
 * The link that Cal.com made when the host asked for another time; else the page the meeting was
 * booked on; else (the address of a team's page is not in the event) the page of the old booking.
 */
function findNewTime(
  data: TemplateData,
  base: string | null,
  uid: string | null,
): string | null {
  const link = toWebUrl(data.reschedule_url);
  if (link !== null) return link;
  if (base === null) return null;

  const host = toLine(data.host_page);
  const event = toLine(data.event_page);
  if (host !== null && event !== null && data.is_asked_to_move !== true) {
    return [base, ...[host, event].map(encodeURIComponent)].join("/");
  }
  if (uid === null || data.is_seated === true) return null;
  return `${base}/reschedule/${encodeURIComponent(uid)}?allowRescheduleForCancelledBooking=true`;
}
