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
 * The link that Cal.com made when the host asked for another time; else the old booking, which may
 * be moved only when the host asked for that; else the page the meeting was booked on.
 */
function findNewTime(
  data: TemplateData,
  base: string | null,
  uid: string | null,
): string | null {
  const link = toWebUrl(data.reschedule_url);
  if (link !== null) return link;
  if (base === null) return null;

  if (data.is_asked_to_move === true) {
    return uid === null || data.is_seated === true
      ? null
      : `${base}/reschedule/${encodeURIComponent(uid)}?allowRescheduleForCancelledBooking=true`;
  }
  const host = toLine(data.host_page);
  const team = toSlug(toLine(data.team_name));
  const owner = team === null
    ? host && encodeURIComponent(host)
    : `team/${encodeURIComponent(team)}`;
  const event = toLine(data.event_page);
  return owner === null || event === null ? null : `${base}/${owner}/${encodeURIComponent(event)}`;
}

/**
 * What Cal.com makes of a team's name for the address of its pages. An event does not say whether
 * somebody has chosen another since.
 */
function toSlug(name: string | null): string | null {
  const slug = name?.toLowerCase().normalize("NFD").replace(/\p{Diacritic}/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "");
  return slug === undefined || slug === "" ? null : slug;
}
