import { readFixture } from "./webhook.ts";

/** A booking by somebody who means no good: what is laid over an ordinary body. */
export interface HostileBooking {
  name: string;
  /** Merged key by key into the payload; `null` stands as it is. */
  payload: Record<string, unknown>;
}

const URL = "https://evil.example/login";
const NUMBER = "+1 900 555 0142";
const INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u034f\u061c\u202e\u2066\u{e0041}\u0007";

/** In the answer about the place: which kind was chosen, and what was typed. */
const place = (value: string, optionValue: string) => ({
  location: { label: "location", value: { value, optionValue }, isHidden: false },
});

/** Everything that a visitor can type, or add to the address of a booking page. */
export const HOSTILE: readonly HostileBooking[] = [
  {
    name: "a link as the place",
    payload: { location: URL, metadata: null, responses: place("attendeeInPerson", URL) },
  },
  {
    name: "a link as the place, spelled otherwise",
    payload: {
      location: " HTTPS://Evil.Example/login ",
      metadata: { videoCallUrl: URL },
      responses: place("somewhereElse", URL),
    },
  },
  {
    name: "a link as the kind of place",
    payload: { location: URL, metadata: null, responses: place(URL, "") },
  },
  {
    name: "a link as the place, answered in a list",
    payload: {
      location: URL,
      metadata: null,
      responses: { location: { value: ["attendeeInPerson", { optionValue: URL }] } },
    },
  },
  {
    name: "numbers of a server as the telephone number",
    payload: {
      location: "203.0.113.7/1234",
      metadata: null,
      responses: place("phone", "203.0.113.7/1234"),
    },
  },
  {
    name: "a page in the metadata by which a service for calls forwards to others",
    payload: {
      location: "integrations:google:meet",
      metadata: { videoCallUrl: `https://meet.google.com/linkredirect?dest=${URL}` },
      videoCallData: null,
    },
  },
  {
    name: "a link as the telephone number",
    payload: { location: URL, metadata: null, responses: place("phone", URL) },
  },
  {
    name: "a link in the metadata, and no place",
    payload: { location: null, metadata: { videoCallUrl: URL }, videoCallData: null },
  },
  {
    name: "a link in the metadata over the link of the call",
    payload: { location: "integrations:daily", metadata: { videoCallUrl: URL } },
  },
  {
    name: "a link in the metadata, and no call",
    payload: {
      location: "integrations:daily",
      metadata: { videoCallUrl: URL },
      videoCallData: null,
    },
  },
  {
    name: "another room of the service that has the call in the metadata",
    payload: {
      location: "integrations:daily",
      metadata: { videoCallUrl: "https://brightloom.daily.example/evil" },
    },
  },
  {
    name: "a page of somebody else at Cal.com in the metadata",
    payload: {
      location: "integrations:daily",
      metadata: { videoCallUrl: "https://app.cal.com/video/evil" },
      videoCallData: null,
    },
  },
  {
    name: "a link in the metadata that only looks like Cal.com",
    payload: {
      location: "integrations:google:meet",
      metadata: { videoCallUrl: "https://meet.google.com@evil.example/abc" },
      videoCallData: null,
    },
  },
  {
    name: "a link in the metadata beside an address",
    payload: {
      location: "Evil Street 1, www.evil.example",
      metadata: { videoCallUrl: URL },
      responses: place("attendeeInPerson", "Evil Street 1, www.evil.example"),
    },
  },
  {
    name: "a number to call as the place",
    payload: { location: NUMBER, metadata: null, responses: place("phone", NUMBER) },
  },
  { name: "a name that is a number to call", payload: named(`URGENT call ${NUMBER}`) },
  { name: "a name that says a number to call", payload: named("Call 09 00 55 50 14 2") },
  {
    name: "notes with numbers to call",
    payload: {
      additionalNotes: [NUMBER, "+19005550142", "(900) 555-0142", "0900/555 01 42"].join("\n"),
    },
  },
  {
    name: "a name that is a message",
    payload: named(`URGENT: verify at ${URL} or call evil.example/now`),
  },
  { name: "a name that is an address", payload: named("support@evil.example") },
  { name: "a name that is long", payload: named("You have won a prize ".repeat(20)) },
  { name: "a name of many lines", payload: named("Ann\r\nBcc: victim@evil.example\n\nPay here") },
  { name: "a name with what cannot be seen", payload: named(`An${INVISIBLE}n Pay${INVISIBLE}pal`) },
  {
    name: "a link hidden by what cannot be seen",
    payload: named(`see ev\u200bil.\u2060example or ht\u00adtp://ev\u{e0061}il.example`),
  },
  {
    name: "a link whose dots only look like one",
    payload: named("see evil\u2024example, ｅｖｉｌ．ｃｏｍ, пример。рф, 例え。com/x"),
  },
  {
    name: "notes with links of every kind",
    payload: {
      additionalNotes: [
        URL,
        "http://evil.example",
        "www.evil.example",
        "evil.example/path?x=1",
        "EVIL.EXAMPLE",
        "a@evil.example",
        "mailto:a@evil.example",
        "tel:+15550142077",
        "ftp://evil.example",
        "javascript:alert(1)",
        "//evil.example/x",
        "http://192.0.2.1/x",
        "192.0.2.1",
        "<a href='https://evil.example'>here</a>",
        "[here](https://evil.example)",
        "пример.рф",
        "evil。example",
        "ATTACH:https://evil.example/x",
        `seen${INVISIBLE}`,
      ].join("\n"),
    },
  },
  {
    name: "notes that are lines of a calendar",
    payload: { additionalNotes: "x\r\nURL:https://evil.example\r\nEND:VEVENT\r\nBEGIN:VALARM" },
  },
  {
    name: "a title of the visitor's own words",
    payload: { title: `Pay at ${URL}${INVISIBLE}\nnow`, eventTitle: URL },
  },
  {
    name: "words that a mail program decodes",
    payload: {
      ...named("=?utf-8?B?aHR0cHM6Ly9ldmlsLmV4YW1wbGU=?="),
      title: "=?UTF-8?q?https:=2F=2Fevil=2Eexample?= call",
    },
  },
  {
    name: "guests whose names are links",
    payload: {
      attendees: [
        {},
        {
          email: "guest@evil.example",
          name: `Free money ${URL}`,
          timeZone: "Europe/Berlin",
          language: { locale: "en" },
        },
        { email: "other@evil.example", name: "" },
        { email: "ev\u200bil@evil.example", name: "" },
      ],
    },
  },
  {
    name: "pages that are not the host's",
    payload: { bookerUrl: "https://cal.com@evil.example", rescheduleLink: URL },
  },
  {
    name: "a page without https",
    payload: { bookerUrl: "http://evil.example", rescheduleLink: "https://cal.com.evil.example/x" },
  },
];

/** The name stands in two places of a body, and in the title. */
function named(name: string): Record<string, unknown> {
  return {
    title: `Discovery call between Mara Lindqvist and ${name}`,
    attendees: [{ name }],
    responses: { name: { value: name } },
  };
}

/** An ordinary booking under a uid and an address of its own, in a language, made hostile. */
export function hostileBody(
  { payload }: HostileBooking,
  { uid, email, locale }: { uid: string; email: string; locale: string },
) {
  const event = JSON.parse(new TextDecoder().decode(readFixture("booking-created-business")));
  const own = { uid, iCalUID: `${uid}@Cal.com`, metadata: { videoCallUrl: callOf(uid) } };
  event.payload = merge(merge(event.payload, own), payload);
  event.payload.attendees[0] = { ...event.payload.attendees[0], email, language: { locale } };
  event.payload.responses.email.value = email;
  return event;
}

/** Where Cal.com has the call of a booking. */
export const callOf = (uid: string) => `https://app.cal.com/video/${uid}`;

// deno-lint-ignore no-explicit-any
function merge(base: any, changes: any): any {
  if (Array.isArray(base) && Array.isArray(changes)) {
    return changes.map((change, place) => merge(base[place] ?? {}, change));
  }
  if (!isObject(base) || !isObject(changes)) return changes;
  const merged = Object.entries(changes).map(([key, change]) =>
    [key, merge((base as Record<string, unknown>)[key], change)] as const
  );
  return { ...base, ...Object.fromEntries(merged) };
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
