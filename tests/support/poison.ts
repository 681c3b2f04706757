import fc from "npm:fast-check@4.10.2";
import type { Body } from "./histories.ts";

/** What may stand where Cal.com has a text, a time, an address, a list or an object. */
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Ten thousand characters that do not compress, so that no index entry fits by luck. */
const longText = fc.nat().map((seed) => {
  let text = "";
  for (let state = seed; text.length < 10_000;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += state.toString(36);
  }
  return text;
});

const nested = fc.nat({ max: 150 }).map((depth) => {
  let value: Json = "deep";
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
});

// deno-fmt-ignore -- lists to read, not columns
const EMPTY: Json[] = [
  null, true, false, 0, -1, 1e300, 0.1, "", " ", "null", "undefined", [], {}, [[]], [null], [{}],
  { value: null }, { value: { value: "x" } }, ["a", "b"],
];
// deno-fmt-ignore
const TIMES: Json[] = [
  "2037-02-30T10:00:00Z", "2037-10-01T24:61:61Z", "2037-10-01T08:00:00+99:99",
  "2037-10-01T08:00:00-15:59", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z",
  "-4713-01-01T00:00:00Z", "infinity", "now", "epoch", "2037-10-01", "1790000000000", 1_790_000_000_000,
];
// deno-fmt-ignore
const NAMES: Json[] = [
  "ann@acme.example", "ANN@ACME.EXAMPLE ", "bob@gmail.com", "ann@@acme.example", "@", "a@b",
  "Ann <ann@acme.example>", "491701234567@sms.cal.com", "ünn@äcme.example", "İnn@İcme.example",
  "%@_.%", "uid-1", "uid-2", "seats-0", "BOOKING_CREATED", "BOOKING_CANCELLED", "MEETING_ENDED",
];
// deno-fmt-ignore
const CHARACTERS: Json[] = [
  "\u0000", "\ud800", "\udfff\ud800", "\u202e\ufeff\u200b", "👩‍👩‍👧‍👦", "%s %I %1$s",
  "'; drop table public.deals; --", "\\", '{"a":1}', "{a,b}",
];

const odd: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...EMPTY) },
  { weight: 4, arbitrary: fc.constantFrom(...TIMES) },
  { weight: 4, arbitrary: fc.constantFrom(...NAMES) },
  { weight: 3, arbitrary: fc.constantFrom(...CHARACTERS) },
  { weight: 2, arbitrary: longText },
  { weight: 1, arbitrary: longText.map((text) => `${text}@acme.example`) },
  { weight: 1, arbitrary: longText.map((text) => `ann@${text}.example`) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constant({ email: "ann@acme.example" }), { maxLength: 500 }),
  },
  { weight: 1, arbitrary: nested },
  { weight: 2, arbitrary: fc.jsonValue() as fc.Arbitrary<Json> },
);

interface Mutation {
  how: "replace" | "remove" | "wrap" | "copy" | "rename";
  where: number;
  from: number;
  value: Json;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  how: fc.constantFrom("replace", "replace", "replace", "remove", "wrap", "copy", "rename"),
  where: fc.nat(),
  from: fc.nat(),
  value: odd,
});

/** A body that somebody has tampered with in a few places. */
export function poisoned(body: fc.Arbitrary<Body>): fc.Arbitrary<unknown> {
  return fc.tuple(body, fc.array(mutation, { minLength: 1, maxLength: 4 })).map(
    ([original, mutations]) => {
      const holder = { body: structuredClone(original) as Json };
      for (const one of mutations) mutate(holder, one);
      return holder.body;
    },
  );
}

interface Place {
  parent: Record<string, Json>;
  key: string;
}

function mutate(holder: { body: Json }, { how, where, from, value }: Mutation): void {
  const places = placesIn(holder);
  const { parent, key } = places[where % places.length]!;
  const source = places[from % places.length]!;
  switch (how) {
    case "replace":
      // A copy: the generator hands out the same object again, and it must not end up in itself.
      parent[key] = structuredClone(value);
      break;
    case "remove":
      if (parent !== holder) delete parent[key];
      break;
    case "wrap":
      parent[key] = [parent[key]!];
      break;
    case "copy":
      parent[key] = structuredClone(source.parent[source.key]!);
      break;
    case "rename":
      if (parent !== holder) {
        parent[typeof value === "string" ? value.slice(0, 50) : "renamed"] = parent[key]!;
        delete parent[key];
      }
  }
}

function placesIn(root: Json): Place[] {
  if (typeof root !== "object" || root === null) return [];
  const parent = root as Record<string, Json>;
  return Object.keys(parent).flatMap((key) => [{ parent, key }, ...placesIn(parent[key]!)]);
}
