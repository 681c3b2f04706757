/**
 * What visitors typed: anybody may book, and what they type is sent in the name of a brand. Here is
 * the one place that sees to it that it stays text. Which links a mail has is decided in the database.
 */
import { toLine, toLines } from "./sanitize.ts";

/** Before a colon these make a link, without any slashes. */
const SCHEMES = "https?|ftps?|mailto|tel|sms|sips?|callto|facetime|skype|xmpp|geo|maps|news|file|" +
  "data|javascript|vbscript|webcals?|magnet|intent|tg|whatsapp|viber|zoommtg|msteams|onenote|" +
  "ms-[a-z-]+|search-ms|itms-[a-z]+|ssh|telnet|ldaps?|rtsp|bitcoin|ethereum";

/** In these the ideographic full stop ends a sentence. */
const WITH_IDEOGRAPHIC_STOP = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`;

/** The character of which a mail program would make a link or another text: what is around it tells. */
const LINKING = new RegExp(
  [
    // https://
    String.raw`:(?=\/\/|\\\\)`,
    // mailto:
    String.raw`(?<=(?<![\p{L}\p{N}])(?:${SCHEMES})):(?=\S)`,
    // evil.example, with the dots that browsers take for one
    String.raw`(?<=[^\s.("'[{<«„“])\.(?=\p{L}[\p{L}\p{M}\p{N}-])`,
    String.raw`(?<=(?!${WITH_IDEOGRAPHIC_STOP})[\p{L}\p{N}])[。．｡]` +
    String.raw`(?=(?!${WITH_IDEOGRAPHIC_STOP})\p{L}[\p{L}\p{M}\p{N}-])`,
    // 例え。com: what follows is the end of an address and no sentence
    String
      .raw`(?<=[\p{L}\p{N}])[。．｡](?=(?:com|net|org|cn|jp|tw|hk)(?![\p{L}\p{N}])|[a-z]{2,24}\/)`,
    String.raw`(?<=[\p{L}\p{N}])[\u2024\ufe52](?=\p{L})`,
    String.raw`(?<=(?<![\p{L}\p{N}])www)\.`,
    // 192.0.2.1
    ...[1, 2, 3].map((parts) =>
      String.raw`(?<=(?<![\d.])\d{1,3}(?:\.\d{1,3}){${parts - 1}})\.` +
      String.raw`(?=\d{1,3}(?:\.\d{1,3}){${3 - parts}}(?!\.?\d))`
    ),
    // a@evil.example
    String.raw`(?<=\S)@(?=\S)`,
    // =?utf-8?q?a?=, which mail programs read as whatever it stands for
    String.raw`(?<==)\?(?=[^\s?]+\?[bq]\?)`,
    // \\server\share
    String.raw`(?<=\\)\\(?=[^\s\\])`,
  ].join("|"),
  "giu",
);

/**
 * The text with brackets around what would make a link of it: "https[:]//evil[.]example/prize",
 * "ann[@]evil[.]example". It stays readable, and shows at a glance that it has been dealt with.
 */
export function defang(text: string): string {
  return text.replace(LINKING, "[$&]");
}

/** Days and clock times have as many digits as a telephone number. */
const TIME = String.raw`(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{4}` +
  String.raw`|\d{1,2}[.:]\d{2}\s?[-–]\s?\d{1,2}[.:]\d{2})(?!\p{N})`;

/** What stands between the groups of a telephone number. */
const BETWEEN = String.raw`[\s().\-\u2010-\u2015\u2212－–/~]`;

/** What a mail program, or the telephone that shows the mail, would make a call of. */
const CALLABLE = new RegExp(
  String.raw`(?<!\p{N}[-./]?|[\p{Script=Latin}_])(?:\((?=\p{Nd}+\)))?(?!${TIME})` +
    String.raw`[+＋]?\p{Nd}(?:${BETWEEN}{0,3}\p{Nd}){6,}`,
  "gu",
);

/**
 * The text without what would make a link or a call of it. Brackets would not do for a number, which
 * may hold some; with a dot between groups of at most four digits it is readable, and none to call.
 */
export function defangTyped(text: string): string {
  return defang(text).replace(
    CALLABLE,
    (number) => number.match(/[+＋]?\p{Nd}{1,4}/gu)!.join("·"),
  );
}

/** One line that a visitor typed; see {@linkcode toLine}. */
export function toTypedLine(value: unknown, length?: number): string | null {
  const line = toLine(value, length);
  return line === null ? null : defangTyped(line);
}

/** The lines that a visitor typed; see {@linkcode toLines}. */
export function toTypedLines(value: unknown, length?: number): string[] | null {
  return toLines(value, length)?.map(defangTyped) ?? null;
}

/** Characters of a name. */
export const NAME_LENGTH = 60;

/** What names are made of; of digits two ("3rd"). */
const NAME = new RegExp(
  String.raw`^(?!(?:.*\p{N}){3})[\p{L}\p{M}\p{N}\p{Extended_Pictographic}\u200c\u200d\ufe0f` +
    String.raw` .,'’‘ʼ"“”·()&–-]+$`,
  "u",
);

/**
 * A name to greet somebody by. Null for whatever is none: a mail that greets nobody by name is better
 * than one that says in its first line what a stranger wanted it to say.
 */
export function toGreetingName(value: unknown): string | null {
  const name = toLine(value);
  return name !== null && [...name].length <= NAME_LENGTH && NAME.test(name) &&
      /\p{L}/u.test(name) && name.split(" ").length <= 5 && defang(name) === name
    ? name
    : null;
}
