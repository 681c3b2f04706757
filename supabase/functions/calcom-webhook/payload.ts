import { encodeHex } from "npm:deno-std@1.4.0/encoding/hex.js";
import type { Json } from "../_shared/database.types.ts";

/** A body in the form in which the log can keep it. */
export interface Payload {
  /** The parsed body; if it cannot be kept as JSON, its text; if not even that, an empty text. */
  value: NonNullable<Json>;
  /** The exact bytes in Postgres' hex form, unless `value` is the body exactly. */
  rawBody: string | null;
  /** Why `value` is not the parsed body; null when it is. */
  problem: string | null;
}

/** Deeper than any booking; Postgres' own limit depends on its stack and varies. */
const MAX_DEPTH = 200;

/** Turns the bytes of a body into what is stored. Never throws: every body is kept. */
export function toPayload(body: Uint8Array): Payload {
  const { text, isExact } = decode(body);

  let json: string;
  try {
    json = JSON.stringify(JSON.parse(text));
  } catch (error) {
    return error instanceof RangeError
      ? toBytesPayload(body, "The body is nested too deeply")
      : toTextPayload(body, "The body is not JSON");
  }

  const { depth, hasLossyNumber } = inspect(text);
  if (depth > MAX_DEPTH) {
    // Not as text either: whoever reads the log may parse what looks like JSON.
    return toBytesPayload(body, `The body is nested more than ${MAX_DEPTH} levels deep`);
  }

  // PostgREST makes no value of it where a column is meant to have one.
  if (json === "null") return toTextPayload(body, "The body is null");

  const clean = replaceRefusedCharacters(json);
  return {
    value: JSON.parse(clean),
    rawBody: isExact && clean === json && !hasLossyNumber ? null : toHex(body),
    problem: null,
  };
}

/** Keeps a body that is not JSON as its text. */
function toTextPayload(body: Uint8Array, problem: string): Payload {
  const value = decode(body).text.replaceAll("\u0000", "\ufffd");
  return { value, rawBody: toHex(body), problem };
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

/** Strings, brackets and numbers of valid JSON. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|[[{]|[\]}]|-?\d[\d.eE+-]*/g;

function inspect(json: string): { depth: number; hasLossyNumber: boolean } {
  let level = 0;
  let depth = 0;
  let hasLossyNumber = false;
  for (const [token] of json.matchAll(TOKENS)) {
    const first = token[0];
    if (first === '"') continue;
    if (first === "[" || first === "{") depth = Math.max(depth, ++level);
    else if (first === "]" || first === "}") level--;
    else hasLossyNumber ||= isLossy(token);
  }
  return { depth, hasLossyNumber };
}

/** Whether JavaScript reads this number as another one: 1e999 as Infinity, a long id rounded. */
function isLossy(number: string): boolean {
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
