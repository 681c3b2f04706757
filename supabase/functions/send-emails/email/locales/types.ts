/** Which mail it is. */
export type EmailKind = "confirmation" | "reschedule" | "cancellation";

/** In which a series repeats. */
export type Rhythm = "year" | "month" | "week" | "day";

/** What is said once per kind. */
export interface KindCopy {
  /** Opens the subject; the time of the meeting follows in brackets. */
  subject: (title: string) => string;
  heading: string;
  /** Follows the greeting, and begins as a sentence does after one. */
  intro: string;
  /** Names the time of the meeting. */
  when: string;
}

/**
 * Everything that a mail says in one language.
 * A new language is a file of this shape next to this one, and a line in index.ts.
 */
export interface Copy {
  /** BCP 47: the language of the file, without a region. */
  tag: string;
  kinds: Readonly<Record<EmailKind, KindCopy>>;
  hello: (name: string | null) => string;
  /** For a meeting whose title is not known. */
  untitled: string;
  /** Names of what a mail tells. */
  what: string;
  oldTime: string;
  hostTime: string;
  series: string;
  who: string;
  where: string;
  notes: string;
  reason: string;
  /** How many meetings a series has; null when that is not known. */
  meetings: (count: number | null) => string;
  /** The rhythm of a series; a number above 1 is every so many. */
  every: Readonly<Record<Rhythm, (interval: number) => string>>;
  /** On the mail about a series, below the time of one of its meetings. */
  confirmsSeries: string;
  /** Marks people in the list of who is there. */
  host: (name: string) => string;
  you: (name: string) => string;
  phone: (number: string) => string;
  callWithoutLink: string;
  unknownTime: string;
  /** On the buttons. */
  join: string;
  reschedule: string;
  cancel: string;
  bookAgain: string;
  pickTime: string;
  /** Before the links to reschedule and cancel. */
  change: string;
  /** On a cancellation by which the host asks for another time. */
  askedToMove: string;
  reply: string;
}
