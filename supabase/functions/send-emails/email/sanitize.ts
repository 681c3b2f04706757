/** What Cal.com's visitors typed, made fit for a mail. */

/** Controls, line separators, and marks that turn the direction of the text around them. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * One line of at most `length` characters, or null when nothing readable is left.
 * A line break in a subject or a name would start a header of the sender's choice.
 */
export function toLine(value: unknown, length = 300): string | null {
  if (typeof value !== "string") return null;
  const line = value.toWellFormed().replace(UNPRINTABLE, " ").replace(/ {2,}/g, " ").trim();
  if (line === "") return null;
  // By code points, so that no character is cut in half.
  const characters = [...line];
  return characters.length <= length ? line : `${characters.slice(0, length - 1).join("")}…`;
}

/** The lines that were typed, of at most `length` characters in all; null when nothing is left. */
export function toLines(value: unknown, length = 1000): string[] | null {
  if (typeof value !== "string") return null;
  const characters = [...value.trim()];
  const text = characters.slice(0, length).join("");
  const lines = (characters.length > length ? `${text}…` : text)
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => toLine(line, length + 1) ?? "");
  return lines.some((line) => line !== "") ? lines : null;
}

/** A web address, or null. Nothing else may become a link: `javascript:` is an address too. */
export function toWebUrl(value: unknown): string | null {
  const line = toLine(value, 2000);
  if (line === null || !/^https?:\/\//i.test(line) || !URL.canParse(line)) return null;
  return new URL(line).href;
}

/** A mail address as it stands, or null for what is none ("Email-less" is Cal.com's default). */
export function toMailAddress(value: unknown): string | null {
  return typeof value === "string" && /^[^\s@<>,;:"\\()[\]]+@[^\s@<>,;:"\\()[\]]+$/.test(value)
    ? value
    : null;
}

/** Whether a location is a telephone number. */
export function isPhoneNumber(location: string): boolean {
  return /^\+?[\d\s().\-/]{5,25}$/.test(location) && /\d{4}/.test(location.replace(/\D/g, ""));
}
