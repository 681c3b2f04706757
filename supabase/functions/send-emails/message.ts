import type { Database } from "../_shared/database.types.ts";
import { type Mail, readMail } from "./mail.ts";
import { toLine, toMailAddress } from "./values.ts";

/** One mail owed, as the outbox holds it. */
export type OwedEmail = Database["public"]["Tables"]["emails"]["Row"];

/** A file that goes along; its content is base64. */
export type Attachment = {
  filename: string;
  content: string;
  contentType: string;
};

/** What is given to Resend, and frozen before it is: the same key must always carry the same mail. */
export type Message = {
  from: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  replyTo?: string;
  attachments?: Attachment[];
};

/** Letters of a script that is written from right to left. */
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/**
 * Puts a mail into words. What that takes (React, the calendar's library) is loaded here, so that
 * nobody waits for it who has no mail to write.
 */
export async function renderMessage(email: OwedEmail): Promise<Message> {
  const [{ renderBody }, { writeCalendar }] = await Promise.all([
    import("./templates/render.tsx"),
    import("./calendar.ts"),
  ]);
  const mail = readMail(email);
  const replyTo = toMailAddress(email.reply_to);
  const calendar = writeCalendar(mail, email);

  return {
    from: formatSender(email.from_name, email.from_address),
    to: email.to_address,
    subject: writeSubject(mail),
    ...await renderBody(mail),
    ...(replyTo === null ? {} : { replyTo }),
    ...(calendar === null ? {} : { attachments: [calendar] }),
  };
}

/** What and when. A title that runs from right to left must not turn the rest around. */
function writeSubject({ kind, words, title, briefTime }: Mail): string {
  const what = RIGHT_TO_LEFT.test(title) ? `\u2068${title}\u2069` : title;
  const subject = words.kinds[kind].subject(what);
  return briefTime === null ? subject : `${subject} (${briefTime})`;
}

/** `Name <address>`, with the name quoted when it holds what means something in a header. */
function formatSender(name: string | null, address: string): string {
  const line = toLine(name, 100);
  if (line === null) return address;
  const isPlain = !/[()<>[\]:;@\\,."]/.test(line);
  return `${isPlain ? line : `"${line.replace(/["\\]/g, "\\$&")}"`} <${address}>`;
}
