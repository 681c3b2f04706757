import type { Database, Json } from "../_shared/database.types.ts";
import { formatTime } from "./time.ts";
import { escapeHtml, isPhoneNumber, toLine, toMailAddress, toWebUrl } from "./values.ts";
import { type EmailKind, KINDS, WORDS } from "./wording.ts";

/** One mail owed, as the outbox holds it. */
export type OwedEmail = Database["public"]["Tables"]["emails"]["Row"];

/** What is given to Resend, and frozen before it is: the same key must always carry the same mail. */
export type Message = {
  from: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  replyTo?: string;
};

/** One line of facts: what it is called, what it says, and where it leads when it is a link. */
interface Fact {
  name: string;
  text: string;
  href?: string;
}

/** Renders a mail. Pure; every value is foreign and any may be missing. */
export function renderMessage(email: OwedEmail): Message {
  const details = asObject(email.details);
  const kind = asKind(email.kind);
  const title = toLine(details.title, 150) ?? WORDS.untitled;
  const facts = listFacts(kind, title, details, email.seat_id === null);
  const hello = WORDS.hello(toLine(details.attendee_name, 80));
  const replyTo = toMailAddress(email.reply_to);

  return {
    from: formatSender(email.from_name, email.from_address),
    to: email.to_address,
    subject: `${KINDS[kind].subject}: ${title}`,
    html: toHtml(kind, hello, facts, replyTo !== null),
    text: toText(kind, hello, facts, replyTo !== null),
    ...(replyTo === null ? {} : { replyTo }),
  };
}

function listFacts(
  kind: EmailKind,
  title: string,
  details: Record<string, Json | undefined>,
  isOwnBooking: boolean,
): Fact[] {
  const zone = { timeZone: toLine(details.time_zone), locale: toLine(details.locale) };
  const time = formatTime({
    start: toLine(details.start_time),
    end: toLine(details.end_time),
    ...zone,
  });
  const oldTime = formatTime({
    start: toLine(details.old_start_time),
    end: toLine(details.old_end_time),
    ...zone,
  });
  const reason = toReason(details.reason);
  const host = toHost(details);
  const place = kind === "cancellation" ? null : toPlace(details);
  // A seat has a page of its own, whose address Cal.com does not tell.
  const page = kind === "cancellation" || !isOwnBooking ? null : toBookingPage(details);

  return [
    { name: WORDS.what, text: title },
    { name: KINDS[kind].when, text: time ?? WORDS.unknownTime },
    ...(kind === "reschedule" && oldTime !== null ? [{ name: WORDS.oldTime, text: oldTime }] : []),
    ...(host === null ? [] : [{ name: WORDS.who, text: host }]),
    ...(place === null ? [] : [place]),
    ...(kind === "cancellation" && reason !== null ? [{ name: WORDS.reason, text: reason }] : []),
    ...(page === null ? [] : [{ name: WORDS.change, text: page, href: page }]),
  ];
}

/** Cal.com's own name for a host without one is no name. */
function toHost(details: Record<string, Json | undefined>): string | null {
  const name = toLine(details.organizer_name, 100);
  return name === null || name === "Nameless" ? toMailAddress(details.organizer_email) : name;
}

/** The link when there is one; else what Cal.com knows about the place. */
function toPlace(details: Record<string, Json | undefined>): Fact | null {
  const link = toWebUrl(details.join_url) ?? toWebUrl(details.location);
  if (link !== null) return { name: WORDS.join, text: link, href: link };

  const location = toLine(details.location);
  if (location === null) return null;
  if (location.startsWith("integrations:")) {
    return { name: WORDS.where, text: WORDS.callWithoutLink };
  }
  return {
    name: WORDS.where,
    text: isPhoneNumber(location) ? WORDS.phone(location) : location,
  };
}

/** Where the attendee can change the booking. */
function toBookingPage(details: Record<string, Json | undefined>): string | null {
  const uid = toLine(details.uid);
  const base = toWebUrl(details.booker_url);
  if (uid === null || base === null) return null;
  return `${base.replace(/\/+$/, "")}/booking/${encodeURIComponent(uid)}`;
}

/** Cal.com glues its texts together in JavaScript, so that a missing reason can read "undefined". */
function toReason(value: Json | undefined): string | null {
  const reason = toLine(value, 500);
  return reason === null || /^(please reschedule\.\s*)?undefined$/i.test(reason) ? null : reason;
}

/** `Name <address>`, with the name quoted when it holds what means something in a header. */
function formatSender(name: string | null, address: string): string {
  const line = toLine(name, 100);
  if (line === null) return address;
  const isPlain = !/[()<>[\]:;@\\,."]/.test(line);
  return `${isPlain ? line : `"${line.replace(/["\\]/g, "\\$&")}"`} <${address}>`;
}

function toText(kind: EmailKind, hello: string, facts: Fact[], canReply: boolean): string {
  return [
    hello,
    "",
    KINDS[kind].intro,
    "",
    ...facts.map(({ name, text }) => `${name}: ${text}`),
    ...(canReply ? ["", WORDS.reply] : []),
    "",
  ].join("\n");
}

function toHtml(kind: EmailKind, hello: string, facts: Fact[], canReply: boolean): string {
  const paragraph = (text: string) => `<p style="margin:0 0 16px">${escapeHtml(text)}</p>`;
  const rows = facts.map(({ name, text, href }) => {
    const value = href === undefined
      ? escapeHtml(text)
      : `<a href="${escapeHtml(href)}" style="color:#1d4ed8">${escapeHtml(text)}</a>`;
    return `<tr>
<th scope="row" style="padding:4px 16px 4px 0;text-align:left;vertical-align:top;font-weight:600">${
      escapeHtml(name)
    }</th>
<td style="padding:4px 0;vertical-align:top;overflow-wrap:anywhere">${value}</td>
</tr>`;
  });
  const { heading, intro } = KINDS[kind];

  return `<!doctype html>
<html lang="${WORDS.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(heading)}</title>
</head>
<body style="margin:0;padding:24px;background:#ffffff;color:#1f2937;font:16px/1.5 sans-serif">
<main style="max-width:600px">
<h1 style="margin:0 0 16px;font-size:20px;line-height:1.3">${escapeHtml(heading)}</h1>
${paragraph(hello)}
${paragraph(intro)}
<table style="border-collapse:collapse;margin:0 0 16px">
${rows.join("\n")}
</table>
${canReply ? paragraph(WORDS.reply) : ""}
</main>
</body>
</html>
`;
}

function asKind(kind: string): EmailKind {
  return kind === "reschedule" || kind === "cancellation" ? kind : "confirmation";
}

function asObject(json: NonNullable<Json>): Record<string, Json | undefined> {
  return typeof json === "object" && !Array.isArray(json) ? json : {};
}
