import type { Json } from "../_shared/database.types.ts";
import { chooseSpeech } from "./languages/catalogue.ts";
import type { EmailKind, Language } from "./languages/language.ts";
import { findLinks, type Links } from "./links.ts";
import type { OwedEmail } from "./message.ts";
import { formatBriefly, formatHostTime, formatTime, toDate } from "./time.ts";
import { isPhoneNumber, toLine, toLines, toMailAddress, toWebUrl } from "./values.ts";

/** Somebody who comes, as named in the mail. */
export interface Person {
  name: string | null;
  email: string | null;
}

/** Where the meeting is: behind a link, at what the text says, or where the text says to look. */
export type Place = { url: string } | { text: string } | { hint: string };

/** How the sender's mails look. */
export interface Brand {
  /** What stands above the mail when there is no logo. */
  name: string | null;
  logoUrl: string | null;
  /** Six hexadecimal digits after a #. */
  color: string;
  footer: string[] | null;
  attachesCalendar: boolean;
}

/** Everything a template needs. Every text in it is clean, and none of it is markup. */
export interface Mail {
  kind: EmailKind;
  words: Language;
  locale: string;
  title: string;
  /** The time in full; null when it is not known. */
  time: string | null;
  /** The start in short, for the subject. */
  briefTime: string | null;
  oldTime: string | null;
  /** On the host's clock, where that differs. */
  hostTime: string | null;
  attendee: Person;
  host: Person;
  guests: Person[];
  place: Place | null;
  notes: string[] | null;
  reason: string[] | null;
  links: Links;
  /** A cancellation by which the host asks for another time. */
  isAskedToMove: boolean;
  /** Whether an answer to the mail reaches somebody. */
  canReply: boolean;
  brand: Brand;
  /** The entry in the attendee's calendar. */
  calendar: CalendarEntry;
}

/** What names and dates an entry in a calendar. */
export interface CalendarEntry {
  uid: string | null;
  sequence: number;
  start: Date | null;
  end: Date | null;
  hidesNotes: boolean;
}

type Facts = Record<string, Json | undefined>;

const DARK_GREY = "#1f2937";

/** Reads a row of the outbox. Every value in it is foreign, and any may be missing. */
export function readMail(email: OwedEmail): Mail {
  const facts = asObject(email.details);
  const kind = asKind(email.kind);
  const { words, locale } = chooseSpeech(toLine(facts.locale));
  const zone = { timeZone: toLine(facts.time_zone), locale };
  const time = { start: toLine(facts.start_time), end: toLine(facts.end_time), ...zone };
  const oldTime = { start: toLine(facts.old_start_time), end: toLine(facts.old_end_time), ...zone };

  return {
    kind,
    words,
    locale,
    title: toLine(facts.title, 150) ?? words.untitled,
    time: formatTime(time),
    briefTime: formatBriefly(time),
    oldTime: formatTime(oldTime),
    hostTime: formatHostTime(time, toLine(facts.organizer_time_zone)),
    attendee: { name: toLine(facts.attendee_name, 80), email: toMailAddress(email.to_address) },
    host: readPerson({ name: facts.organizer_name, email: facts.organizer_email }),
    guests: asArray(facts.guests).map(asObject).map(readPerson)
      .filter(({ name, email }) => name !== null || email !== null),
    place: findPlace(facts, words),
    notes: toLines(facts.notes),
    reason: readReason(facts.reason),
    links: findLinks(facts, email.seat_id),
    isAskedToMove: facts.is_asked_to_move === true,
    canReply: toMailAddress(email.reply_to) !== null,
    brand: readBrand(email, asObject(facts.brand)),
    calendar: readCalendar(asObject(facts.calendar), time),
  };
}

/** Cal.com's own name for a host without one is no name. */
function readPerson({ name, email }: Facts): Person {
  const line = toLine(name, 100);
  return { name: line === "Nameless" ? null : line, email: toMailAddress(email) };
}

/** The link into the call; else what Cal.com knows about the place. */
function findPlace(facts: Facts, words: Language): Place | null {
  const location = toLine(facts.location);
  const isCall = location === null || location.startsWith("integrations:");
  // A link beside an address or a telephone number can be the visitor's own: Cal.com lets visitors
  // add to the metadata, and writes its own link over theirs only where there is a call.
  const url = (isCall ? toWebUrl(facts.join_url) : null) ?? toWebUrl(location);
  if (url !== null) return { url };

  if (location === null) return null;
  if (isCall) return { hint: words.callWithoutLink };
  return { text: isPhoneNumber(location) ? words.phone(location) : location };
}

/** Cal.com glues its texts together in JavaScript, so that a missing reason can read "undefined". */
function readReason(value: Json | undefined): string[] | null {
  const reason = toLines(value, 500);
  const isNone = /^(please reschedule\.\s*)?(undefined|null)?$/i.test(reason?.join(" ") ?? "");
  return isNone ? null : reason;
}

function readBrand(email: OwedEmail, facts: Facts): Brand {
  const color = toLine(facts.color) ?? "";
  return {
    name: toLine(email.from_name, 100),
    logoUrl: toWebUrl(facts.logo_url),
    color: /^#[0-9a-f]{6}$/i.test(color) ? color : DARK_GREY,
    footer: toLines(facts.footer),
    attachesCalendar: facts.attaches_calendar === true,
  };
}

function readCalendar(
  facts: Facts,
  { start, end }: { start: string | null; end: string | null },
): CalendarEntry {
  const { sequence } = facts;
  return {
    uid: toLine(facts.uid),
    sequence: typeof sequence === "number" && Number.isSafeInteger(sequence) &&
        sequence > 0
      ? sequence
      : 0,
    start: toDate(start),
    end: toDate(end),
    hidesNotes: facts.hides_notes === true,
  };
}

function asKind(kind: string): EmailKind {
  return kind === "reschedule" || kind === "cancellation" ? kind : "confirmation";
}

function asObject(json: Json | undefined): Facts {
  return typeof json === "object" && json !== null && !Array.isArray(json) ? json : {};
}

function asArray(json: Json | undefined): Json[] {
  return Array.isArray(json) ? json : [];
}
