import { encodeHex } from "npm:deno-std@1.4.0/encoding/hex.js";
import type { Json } from "./database.types.ts";

/** A body in the form in which the log can keep it. */
export interface Payload {
  /** The parsed body; if it cannot be kept as JSON, its text; if not even that, an empty text. */
  value: NonNullable<Json>;
  /** The exact bytes in Postgres' hex form, unless `value` is the body exactly. */
  rawBody: string | null;
  /** Why `value` is not the parsed body; null when it is. */
  problem: string | null;
}

/** Deeper than any booking. Each level of a large body costs Postgres a copy of it. */
const MAX_DEPTH = 64;

/** More than any booking has. To Postgres a list or an object costs as much as a hundred bytes of text. */
const MAX_CONTAINERS = 100_000;

/** Turns the bytes of a body into what is stored. Never throws: every body is kept. */
export function toPayload(body: Uint8Array): Payload {
  const { text, isExact } = decode(body);
  const { depth, containers, hasLossyNumber } = inspect(text);
  // Not as text either: whoever reads the log may parse what looks like JSON.
  if (depth > MAX_DEPTH) {
    return toBytesPayload(body, `The body is nested more than ${MAX_DEPTH} levels deep`);
  }
  if (containers > MAX_CONTAINERS) {
    return toBytesPayload(body, `The body has more than ${MAX_CONTAINERS} lists and objects`);
  }

  let parsed: Json;
  try {
    parsed = JSON.parse(text);
  } catch {
    return toTextPayload(text, body, "The body is not JSON");
  }
  // PostgREST makes no value of it where a column is meant to have one.
  if (parsed === null) return toTextPayload(text, body, "The body is null");

  const json = JSON.stringify(parsed);
  const clean = replaceRefusedCharacters(json);
  const isSame = clean === json && !hasLossyNumber;
  return {
    value: isSame ? parsed : JSON.parse(clean),
    rawBody: isSame && isExact ? null : toHex(body),
    problem: null,
  };
}

/** Keeps a body that is not JSON as its text. */
function toTextPayload(text: string, body: Uint8Array, problem: string): Payload {
  return { value: text.replaceAll("\u0000", "\ufffd"), rawBody: toHex(body), problem };
}

/** Keeps the bytes of a body and nothing else, for one whose text would do damage or is refused. */
export function toBytesPayload(body: Uint8Array, problem: string): Payload {
  return { value: "", rawBody: toHex(body), problem };
}

/** A byte order mark is dropped; bytes that are not UTF-8 become U+FFFD. */
function decode(body: Uint8Array): { text: string; isExact: boolean } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(body), isExact: true };
  } catch {
    return { text: new TextDecoder().decode(body), isExact: false };
  }
}

/**
 * jsonb takes neither NUL nor half a surrogate pair, in strings and keys alike.
 * Works on serialised JSON, where both are always written as escapes.
 */
function replaceRefusedCharacters(json: string): string {
  return json.replace(
    // The first alternative eats escaped backslashes, so that `\\u0000` stays the text it is.
    /\\\\|\\u0000|\\ud[89a-f][0-9a-f]{2}/g,
    (escape) => escape === "\\\\" ? escape : "\ufffd",
  );
}

const NUMBER = /-?\d[\d.eE+-]*/y;

/**
 * How deep JSON is nested, of how many lists and objects it is made, and whether JavaScript can hold
 * its numbers.
 * Time: looks at each character once, whatever the text is. No expression that may go back does,
 * and deep nesting, which takes long to parse, is seen before.
 */
function inspect(text: string) {
  let level = 0;
  let containers = 0;
  let depth = 0;
  let hasLossyNumber = false;
  for (let i = 0; i < text.length; i++) {
    const first = text[i]!;
    if (first === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === "\\") i++;
    } else if (first === "[" || first === "{") {
      containers++;
      depth = Math.max(depth, ++level);
    } else if (first === "]" || first === "}") level--;
    else if (first === "-" || (first >= "0" && first <= "9")) {
      NUMBER.lastIndex = i;
      const number = NUMBER.exec(text)?.[0] ?? first;
      hasLossyNumber ||= isLossy(number);
      i += number.length - 1;
    }
  }
  return { depth, containers, hasLossyNumber };
}

/** Whether JavaScript reads this number as another one: 1e999 as Infinity, a long id rounded. */
function isLossy(number: string): boolean {
  const value = Math.abs(Number(number));
  // So few digits are exact, but at the ends of the range.
  if (number.length <= 15 && value > 1e-307 && value < Infinity) return false;
  const read = String(Number(number));
  return read !== number && normalise(read) !== normalise(number);
}

/** One spelling per value: sign, digits without zeros at the ends, exponent of ten. */
function normalise(number: string): string {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number);
  if (parts === null) return number; // Infinity
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  const digits = (whole + fraction).replace(/^0+/, "");
  // A loop: the expression /0+$/ takes quadratic time on zeros that do not stand at the end.
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  if (end === 0) return "0";
  const power = Number(exponent) - fraction.length + (digits.length - end);
  return `${sign}${digits.slice(0, end)}e${power}`;
}

/** PostgREST takes bytea as text in Postgres' hex form. */
function toHex(bytes: Uint8Array): string {
  return `\\x${encodeHex(bytes)}`;
}
