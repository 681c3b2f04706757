import type { Refusal } from "./sandbox.ts";

/** Resend's limit of addresses per mail. */
const MOST_RECIPIENTS = 50;

const ADDRESS = /^[^\s@<>"(),:;[\]\\]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const NAME_AND_ADDRESS = /^[^<>\r\n]*<([^<>]+)>$/;

/**
 * The bare address of `ada@example.com` or `Ada Lovelace <ada@example.com>`.
 * @returns null when the text is neither
 */
export function addressOf(text: unknown): string | null {
  if (typeof text !== "string") return null;
  const address = (NAME_AND_ADDRESS.exec(text.trim())?.[1] ?? text).trim();
  return ADDRESS.test(address) ? address : null;
}

/**
 * What Resend would not like about the body of a mail.
 * @returns the refusal, or null when the mail can go
 */
export function findMistake(payload: unknown): Refusal | null {
  if (payload === null || typeof payload !== "object" || Array.isArray(payload)) {
    return invalid("The body is not a JSON object.");
  }
  const mail = payload as Record<string, unknown>;

  const missing = ["from", "to", "subject"].filter((field) => isEmpty(mail[field]));
  if (missing.length > 0) return missingField(`Missing \`${missing.join("`, `")}\` field.`);
  if (isEmpty(mail.html) && isEmpty(mail.text)) {
    return missingField("Missing `html` or `text` field.");
  }

  if (addressOf(mail.from) === null) return invalidAddress("from");
  for (const field of ["to", "cc", "bcc", "reply_to"]) {
    const addresses = [mail[field] ?? []].flat();
    if (addresses.some((address) => addressOf(address) === null)) return invalidAddress(field);
    if (addresses.length > MOST_RECIPIENTS) {
      return invalid(`The \`${field}\` field must not have more than ${MOST_RECIPIENTS} items.`);
    }
  }
  for (const field of ["subject", "html", "text"]) {
    if (mail[field] !== undefined && typeof mail[field] !== "string") {
      return invalid(`The \`${field}\` field must be a \`string\`.`);
    }
  }
  const attachments = [mail.attachments ?? []].flat() as { content?: unknown }[];
  if (attachments.some((attachment) => !isBase64(attachment?.content))) {
    return invalid("Each of the `attachments` needs its `content` in base64.");
  }
  return null;
}

function isBase64(content: unknown): boolean {
  return typeof content === "string" && content !== "" &&
    /^[A-Za-z0-9+/]+={0,2}$/.test(content) && content.length % 4 === 0;
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "" ||
    (Array.isArray(value) && value.length === 0);
}

function missingField(message: string): Refusal {
  return { status: 422, name: "missing_required_field", message };
}

function invalid(message: string): Refusal {
  return { status: 422, name: "validation_error", message };
}

function invalidAddress(field: string): Refusal {
  return invalid(
    `Invalid \`${field}\` field. The email address needs to follow the \`email@example.com\` or ` +
      `\`Name <email@example.com>\` format.`,
  );
}
