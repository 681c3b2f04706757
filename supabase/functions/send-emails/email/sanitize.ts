/** What comes from outside, made fit for a mail. */

/** Scripts in which a joiner between two letters changes how they are written. */
const JOINING = `[${
  [
    "Arabic",
    "Bengali",
    "Devanagari",
    "Gujarati",
    "Gurmukhi",
    "Kannada",
    "Khmer",
    "Malayalam",
    "Mongolian",
    "Myanmar",
    "Oriya",
    "Sinhala",
    "Syriac",
    "Tamil",
    "Telugu",
  ].map((script) => `\\p{Script=${script}}`).join("")
}]`;

/**
 * What cannot be seen: with it a word looks like another one, or runs backwards. Kept where a script
 * or an emoji is made of it.
 */
const INVISIBLE = new RegExp(
  [
    `(?<=${JOINING}\\p{M}*)([\\u200c\\u200d])(?=${JOINING})`,
    String
      .raw`(?<=\p{Extended_Pictographic}[\ufe0f\u{1f3fb}-\u{1f3ff}]?)(\u200d)(?=\p{Extended_Pictographic})`,
    String.raw`(?<=\p{Extended_Pictographic})(\ufe0f)`,
    String.raw`(?<=\p{Script=Han})([\ufe00-\ufe0e\u{e0100}-\u{e01ef}])`,
    String.raw`[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]`,
  ].join("|"),
  "gu",
);

/** Marks upon marks: they are drawn over what stands above and below. */
const TOO_MANY_MARKS = /(\p{M}{4})\p{M}+/gu;

/** Controls, line breaks and spaces of any kind. */
const BLANK = /[\p{Cc}\p{Z}\u2800]+/gu;

/**
 * One line of at most `length` characters, or null when nothing readable is left.
 * A line break in a subject or a name would start a header of the sender's choice.
 */
export function toLine(value: unknown, length = 300): string | null {
  if (typeof value !== "string") return null;
  const line = value.toWellFormed().replace(INVISIBLE, "$1$2$3$4")
    .replace(TOO_MANY_MARKS, "$1").replace(BLANK, " ").trim();
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
  return typeof value === "string" && /^[^\s@<>,;:"\\()[\]]+@[^\s@<>,;:"\\()[\]]+$/.test(value) &&
      /^[!-~]+$/.test(value)
    ? value
    : null;
}

/** Whether a location is a telephone number. */
export function isPhoneNumber(location: string): boolean {
  return /^\+?[\d\s().\-/]{5,25}$/.test(location) && /\d{4}/.test(location.replace(/\D/g, ""));
}
