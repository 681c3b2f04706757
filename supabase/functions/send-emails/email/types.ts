import type { Database, Json } from "../../_shared/database.types.ts";
import type { Copy, EmailKind } from "./locales/types.ts";

export type { EmailKind };

/** One mail of the outbox, as the table `emails` holds it. */
export type EmailRow = Database["public"]["Tables"]["emails"]["Row"];

/** What the database wrote down for a mail, or an object in it. Any key may be missing. */
export type TemplateData = Record<string, Json | undefined>;

/** A file that goes along; its content is base64. */
export type Attachment = {
  filename: string;
  content: string;
  contentType: string;
};

/**
 * The request to Resend. It is stored before it is sent: the same idempotency key must always carry
 * the same mail.
 */
export type Message = {
  from: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  replyTo?: string;
  attachments?: Attachment[];
  /** Come back with every report of Resend about the mail. */
  tags: { name: string; value: string }[];
};

/** Somebody who comes. */
export interface Person {
  name: string | null;
  /** As it is: in a text, that of a visitor is shown defanged. */
  email: string | null;
}

/** Where the meeting is: behind a link, at what the text says, or where the text says to look. */
export type Place = { url: string } | { text: string } | { hint: string };

/** Where the attendee can change a booking; null where that is not possible, or not known. */
export interface Links {
  reschedule: string | null;
  cancel: string | null;
  /** Of a booking that is cancelled: where to book a new time. */
  bookAgain: string | null;
}

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

/** What names and dates an entry in a calendar. */
export interface CalendarEntry {
  uid: string | null;
  sequence: number;
  start: Date | null;
  end: Date | null;
  hidesNotes: boolean;
}

/** Everything a template needs. Every text in it is clean, none of it is markup or makes a link. */
export interface EmailView {
  kind: EmailKind;
  copy: Copy;
  locale: string;
  title: string;
  /** The time in full; null when it is not known. */
  time: string | null;
  /** The start in short, for the subject. */
  briefTime: string | null;
  oldTime: string | null;
  /** Of a mail that is about a series: how many meetings there are, and in what rhythm. */
  series: string[] | null;
  /** On the host's clock, where that differs. */
  hostTime: string | null;
  /** Null where what was given is no name to greet somebody by. */
  greetingName: string | null;
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
