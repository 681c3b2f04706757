import type { Json } from "../../_shared/database.types.ts";
import { findLinks } from "./links.ts";
import { resolveLocale } from "./locales/index.ts";
import type { Copy, Rhythm } from "./locales/types.ts";
import { isPhoneNumber, toLine, toLines, toMailAddress, toWebUrl } from "./sanitize.ts";
import { formatBriefly, formatHostTime, formatTime, toDate } from "./time.ts";
import {
  defang,
  defangTyped,
  NAME_LENGTH,
  toGreetingName,
  toTypedLine,
  toTypedLines,
} from "./typed.ts";
import type {
  Brand,
  CalendarEntry,
  EmailKind,
  EmailRow,
  EmailView,
  Person,
  Place,
  TemplateData,
} from "./types.ts";

const DARK_GREY = "#1f2937";

/** Reads a row of the outbox. Every value in it comes from outside, and any may be missing. */
export function toView(email: EmailRow): EmailView {
  const data = asObject(email.template_data);
  const kind = asKind(email.kind);
  const { copy, locale } = resolveLocale(toLine(data.locale));
  const zone = { timeZone: toLine(data.time_zone), locale };
  const time = { start: toLine(data.start_time), end: toLine(data.end_time), ...zone };
  const oldTime = { start: toLine(data.old_start_time), end: toLine(data.old_end_time), ...zone };

  return {
    kind,
    copy,
    locale,
    title: toTypedLine(data.title, 150) ?? copy.untitled,
    time: formatTime(time),
    briefTime: formatBriefly(time),
    oldTime: formatTime(oldTime),
    series: readSeries(data.recurring, copy),
    hostTime: formatHostTime(time, toLine(data.organizer_time_zone)),
    greetingName: toGreetingName(data.attendee_name),
    attendee: readVisitor({ name: data.attendee_name, email: email.to_address }),
    host: readHost({ name: data.organizer_name, email: data.organizer_email }),
    guests: asArray(data.guests).map(asObject).map(readVisitor)
      .filter(({ name, email }) => name !== null || email !== null),
    place: findPlace(data, copy),
    notes: toTypedLines(data.notes),
    reason: readReason(data.reason),
    links: findLinks(data, email.seat_id),
    isAskedToMove: data.is_asked_to_move === true,
    canReply: toMailAddress(email.reply_to) !== null,
    brand: readBrand(email, asObject(data.brand)),
    calendar: readCalendar(asObject(data.calendar), time),
  };
}

/** "Nameless" is what Cal.com calls a host without a name. */
function readHost({ name, email }: TemplateData): Person {
  const line = toLine(name, 100);
  return { name: line === "Nameless" ? null : line, email: toMailAddress(email) };
}

function readVisitor({ name, email }: TemplateData): Person {
  return { name: toTypedLine(name, NAME_LENGTH), email: toMailAddress(email) };
}

/** The link into the call; else what Cal.com knows about the place, which a visitor may have typed. */
function findPlace(data: TemplateData, copy: Copy): Place | null {
  const url = toWebUrl(data.join_url);
  if (url !== null) return { url };

  const location = toLine(data.location);
  if (location === null) return null;
  if (location.startsWith("integrations:")) return { hint: copy.callWithoutLink };
  // A number of the host's is there to be called.
  const text = data.is_visitors_place === true ? defangTyped(location) : defang(location);
  return { text: isPhoneNumber(location) ? copy.phone(text) : text };
}

/** Cal.com joins its texts in JavaScript, so that a missing reason can read "undefined". */
function readReason(value: Json | undefined): string[] | null {
  const reason = toTypedLines(value, 500);
  const isNone = /^(please reschedule\.\s*)?(undefined|null)?$/i.test(reason?.join(" ") ?? "");
  return isNone ? null : reason;
}

/** Cal.com writes a rhythm as a number; its names are taken too. */
const RHYTHMS: ReadonlyMap<string, Rhythm> = new Map([
  ["0", "year"],
  ["1", "month"],
  ["2", "week"],
  ["3", "day"],
  ["yearly", "year"],
  ["monthly", "month"],
  ["weekly", "week"],
  ["daily", "day"],
]);

/** What is not known about a series is left out. */
function readSeries(value: Json | undefined, copy: Copy): string[] | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return null;
  }
  const { count, freq, interval } = value;
  const rhythm = RHYTHMS.get(String(freq).toLowerCase());
  return [
    [
      copy.meetings(toCount(count)),
      ...(rhythm === undefined ? [] : [copy.every[rhythm](toCount(interval) ?? 1)]),
    ].join(", "),
    copy.confirmsSeries,
  ];
}

/** Null for what is no number from 1 up. */
function toCount(value: Json | undefined): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : null;
}

/** How the sender's mails look, with what is missing filled in. */
export function readBrand(email: EmailRow, data: TemplateData): Brand {
  const color = toLine(data.color) ?? "";
  return {
    name: toLine(email.from_name, 100),
    logoUrl: toWebUrl(data.logo_url),
    color: /^#[0-9a-f]{6}$/i.test(color) ? color : DARK_GREY,
    footer: toLines(data.footer),
    attachesCalendar: data.attaches_calendar === true,
  };
}

function readCalendar(
  data: TemplateData,
  { start, end }: { start: string | null; end: string | null },
): CalendarEntry {
  const { sequence } = data;
  return {
    uid: toLine(data.uid),
    sequence: typeof sequence === "number" && Number.isSafeInteger(sequence) &&
        sequence > 0
      ? sequence
      : 0,
    start: toDate(start),
    end: toDate(end),
    hidesNotes: data.hides_notes === true,
  };
}

function asKind(kind: string): EmailKind {
  return kind === "reschedule" || kind === "cancellation" ? kind : "confirmation";
}

/** An object as it is; an empty one for anything else. */
export function asObject(json: Json | undefined): TemplateData {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
}

/** A list as it is; an empty one for anything else. */
export function asArray(json: Json | undefined): Json[] {
  return Array.isArray(json) ? json : [];
}
