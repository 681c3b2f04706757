import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { type Payload, toPayload } from "./payload.ts";

const encoder = new TextEncoder();

function hex(bytes: Uint8Array): string {
  return `\\x${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Expects a body that is kept parsed, though not exactly. */
function assertMended(body: string | Uint8Array, value: Payload["value"]) {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  assertEquals(toPayload(bytes), { value, rawBody: hex(bytes), problem: null });
}

/** Expects a body that is not kept parsed. */
function assertKept(body: string | Uint8Array, value: string, problem: RegExp) {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const payload = toPayload(bytes);
  assertEquals(payload.value, value);
  assertEquals(payload.rawBody, hex(bytes));
  assertMatch(payload.problem ?? "", problem);
}

Deno.test("JSON is kept parsed, and nothing else needs to be", () => {
  const value = { a: [1, -0.5, 1.5e3, 12345678901234, null, true], "ü": "💶 \\u0000 \\ud800" };
  const bytes = encoder.encode(JSON.stringify(value));
  assertEquals(toPayload(bytes), { value, rawBody: null, problem: null });
});

Deno.test("a number written another way is the same number", () => {
  const bytes = encoder.encode("[1.50, 100e-2, 0.0, -0, 1E+2, 120000000000000000000000]");
  assertEquals(toPayload(bytes).rawBody, null);
});

Deno.test("a byte order mark is no part of the JSON", () => {
  const bytes = encoder.encode('\ufeff{"a":1}');
  assertEquals(toPayload(bytes), { value: { a: 1 }, rawBody: null, problem: null });
});

Deno.test("NUL and half surrogate pairs are replaced, in keys too", () => {
  assertMended('{"a\\u0000":"x\\u0000y"}', { "a\ufffd": "x\ufffdy" });
  assertMended('["\\ud83d", "\\ude00\\ud83d", "\\ud83d\\ude00"]', [
    "\ufffd",
    "\ufffd\ufffd",
    "😀",
  ]);
  assertMended('["\\\\\\u0000\\\\u0000"]', ["\\\ufffd\\u0000"]);
});

Deno.test("bytes that are not UTF-8 are replaced", () => {
  assertMended(Uint8Array.of(0x5b, 0x22, 0xff, 0x22, 0x5d), ["\ufffd"]);
});

Deno.test("numbers that JavaScript cannot hold keep their bytes", () => {
  assertMended("[12345678901234567890]", [12345678901234567000]);
  assertMended("[0.1234567890123456789]", [0.12345678901234568]);
  assertMended("[1e-999]", [0]);
  const infinite = toPayload(encoder.encode('{"a":1e999999}'));
  assertEquals(infinite.value, { a: null });
  assertEquals(infinite.rawBody, hex(encoder.encode('{"a":1e999999}')));
});

Deno.test("digits inside a string are no number", () => {
  const bytes = encoder.encode('{"a":"12345678901234567890 [[[ \\" 1e999"}');
  assertEquals(toPayload(bytes).rawBody, null);
});

Deno.test("what is not JSON is kept as its text", () => {
  assertKept("", "", /not JSON/);
  assertKept("name=Zoë&x=1", "name=Zoë&x=1", /not JSON/);
  assertKept('{"a":1', '{"a":1', /not JSON/);
  assertKept(" null", " null", /null/);
  assertKept(Uint8Array.of(0x61, 0x00, 0xc3), "a\ufffd\ufffd", /not JSON/);
});

Deno.test("of what is nested too deeply only the bytes are kept", () => {
  const nest = (levels: number) => "[".repeat(levels) + "]".repeat(levels);
  assertEquals(toPayload(encoder.encode(nest(64))).problem, null);
  assertKept(nest(65), "", /nested/);
  assertKept(nest(400_000), "", /nested/);
  assertKept('{"a":'.repeat(300) + "1" + "}".repeat(300), "", /nested/);
});

Deno.test("of what is made of too many lists and objects only the bytes are kept", () => {
  const make = (piece: string, count: number) => `[${Array(count).fill(piece).join()}]`;
  const attendees = make('{"email":"a@b.example"}', 40_000);
  assertEquals(toPayload(encoder.encode(attendees)).problem, null);
  assertEquals(toPayload(encoder.encode(make("0,1,2,3,4,5", 80_000))).problem, null);
  assertKept(make("{}", 340_000), "", /100000 lists and objects/);
  assertKept(make("[[[[[[[[[[]]]]]]]]]]", 20_000), "", /more than 100000/);
});

Deno.test("a key named __proto__ is a key like any other", () => {
  const { value } = toPayload(encoder.encode('{"__proto__":{"a":"\\u0000"}}'));
  assertEquals(JSON.stringify(value), '{"__proto__":{"a":"\ufffd"}}');
});

/** So many times a piece as fit into a body of 1 MiB. */
function full(start: string, piece: string | ((place: number) => string), end = ""): string {
  let text = start;
  for (let place = 0;; place++) {
    const next = typeof piece === "string" ? piece : piece(place);
    if (text.length + next.length + end.length > 1024 * 1024) return text + end;
    text += next;
  }
}

const BOOKING = await Deno.readTextFile(
  new URL("../../../tests/fixtures/calcom/booking-created-business.json", import.meta.url),
);

const LARGE: Record<string, string> = {
  "one long number": full('{"a":', "1", "}"),
  "zeros inside a number": full('{"a":1', "0", "1}"),
  "zeros after the point": full('{"a":0.', "0", "1}"),
  "a long exponent": full('{"a":1e', "9", "}"),
  "an exponent of zeros": full('{"a":1e', "0", "}"),
  "many numbers": full('{"a":[0', ",1e308", "]}"),
  "many long numbers": full('{"a":[0', ",100000000000000000000000", "]}"),
  "backslashes": full('{"a":"', "\\\\", '"}'),
  "escaped quotes": full('{"a":"', '\\"', '"}'),
  "NUL characters": full('{"a":"', "\\u0000", '"}'),
  "half surrogate pairs": full('{"a":"', "\\ud83d", '"}'),
  "deep lists": "[".repeat(524_288) + "]".repeat(524_288),
  "deep objects": '{"a":'.repeat(170_000) + "1" + "}".repeat(170_000),
  "many lists, each as deep as may be": full("[0", `,${"[".repeat(63)}${"]".repeat(63)}`, "]"),
  "many keys": full('{"a":0', (place) => `,"k${place}":0`, "}"),
  "many keys that are numbers": full('{"a":0', (place) => `,"${4294967294 - place * 4096}":0`, "}"),
  "one key many times": full('{"a":0', ',"b":0', "}"),
  "many attendees": full("[0", (place) => `,{"email":"a${place}@b.example"}`, "]"),
  "quotes that do not end": full("", '"a'),
  "a string that does not end": full('"', '\\"'),
  "lists that do not end": full("", "["),
  "a number that is none": full("", "1.", "-"),
  "white space": full("", " ", "{}"),
  "NUL bytes": full("", "\0"),
};

// Not how long something takes, which depends on the machine, but how much longer than an ordinary
// body of its size in the same run. Ten times was measured; what grows with the square of the size
// takes thousands.
Deno.test("no body takes much longer than an ordinary one of its size", () => {
  const time = (text: string) => {
    const bytes = encoder.encode(text);
    return Math.min(...Array.from({ length: 4 }, () => {
      const start = performance.now();
      toPayload(bytes);
      return performance.now() - start;
    }));
  };
  const ordinary = time(full("[0", `,${BOOKING}`, "]"));
  for (const [name, text] of Object.entries(LARGE)) {
    const ratio = time(text) / ordinary;
    assert(ratio < 50, `${name}: ${ratio.toFixed(1)} times an ordinary body`);
  }
});
