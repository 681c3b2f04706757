/** The words of a mail. English for now; dates and times already follow the attendee's locale. */

/** Which mail it is. */
export type EmailKind = "confirmation" | "reschedule" | "cancellation";

interface Words {
  /** Opens the subject, before the title of the meeting. */
  subject: string;
  heading: string;
  intro: string;
  /** Names the time of the meeting. */
  when: string;
}

/** What is said once per kind. */
export const KINDS: Readonly<Record<EmailKind, Words>> = {
  confirmation: {
    subject: "Confirmed",
    heading: "Your meeting is confirmed",
    intro: "your meeting is booked.",
    when: "When",
  },
  reschedule: {
    subject: "New time",
    heading: "Your meeting has a new time",
    intro: "your meeting has moved.",
    when: "New time",
  },
  cancellation: {
    subject: "Cancelled",
    heading: "Your meeting is cancelled",
    intro: "your meeting will not take place.",
    when: "Was planned for",
  },
};

/** What all mails share. */
export const WORDS = {
  language: "en",
  hello: (name: string | null): string => name === null ? "Hello," : `Hello ${name},`,
  untitled: "Your meeting",
  what: "What",
  oldTime: "Old time",
  who: "With",
  where: "Where",
  join: "Join the call",
  phone: (number: string): string => `By phone: ${number}`,
  callWithoutLink: "Video call. The link is in your calendar invitation.",
  reason: "Reason",
  change: "Reschedule or cancel",
  unknownTime: "See your calendar invitation",
  reply: "Any questions? Just reply to this mail.",
} as const;
