import { toAlarmView } from "./alarm.ts";
import { toLine, toMailAddress } from "./sanitize.ts";
import type { EmailRow, EmailView, Message } from "./types.ts";
import { toView } from "./view.ts";

/** Letters of a script that is written from right to left. */
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}]/u;

/**
 * Renders a mail: the whole request to Resend.
 *
 * What that takes (React, the calendar's library) is loaded here, so that nobody waits for it who
 * has no mail to render. The tag names the mail in Resend's reports, even when the answer that held
 * Resend's id was lost.
 */
export async function renderMessage(email: EmailRow): Promise<Message> {
  return {
    from: formatSender(email.from_name, email.from_address),
    to: email.to_address,
    ...await (email.kind === "alarm" ? renderAlarm(email) : renderMeeting(email)),
    tags: [{ name: "email_id", value: email.id }],
  };
}

/** What a mail is made of beside its addresses. */
type Contents = Pick<Message, "subject" | "html" | "text" | "replyTo" | "attachments">;

async function renderMeeting(email: EmailRow): Promise<Contents> {
  const [{ renderBody }, { writeCalendar }] = await Promise.all([
    import("./templates/render.tsx"),
    import("./calendar.ts"),
  ]);
  const view = toView(email);
  const replyTo = toMailAddress(email.reply_to);
  const calendar = writeCalendar(view, email);
  return {
    subject: writeSubject(view),
    ...await renderBody(view),
    ...(replyTo === null ? {} : { replyTo }),
    ...(calendar === null ? {} : { attachments: [calendar] }),
  };
}

/** To whoever runs this, about no meeting: no calendar, and nobody to answer to. */
async function renderAlarm(email: EmailRow): Promise<Contents> {
  const { renderAlarmBody } = await import("./templates/render.tsx");
  const view = toAlarmView(email);
  return { subject: view.subject, ...await renderAlarmBody(view) };
}

/** What and when. A title that runs from right to left must not turn the rest around. */
function writeSubject({ kind, copy, title, briefTime }: EmailView): string {
  const what = RIGHT_TO_LEFT.test(title) ? `\u2068${title}\u2069` : title;
  const subject = copy.kinds[kind].subject(what);
  return briefTime === null ? subject : `${subject} (${briefTime})`;
}

/** `Name <address>`, with the name quoted when it holds what means something in a header. */
function formatSender(name: string | null, address: string | null): string {
  // The database hands out no mail without one.
  if (address === null) throw new TypeError("The mail has no sender");
  const line = toLine(name, 100);
  if (line === null) return address;
  const isPlain = !/[()<>[\]:;@\\,."]/.test(line);
  return `${isPlain ? line : `"${line.replace(/["\\]/g, "\\$&")}"`} <${address}>`;
}
