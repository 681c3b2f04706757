import { encodeBase58 } from "npm:deno-std@1.4.0/encoding/base58.js";
import { StackError } from "./stack-error.ts";

/** JSON, as far as it has keys. */
type Json = Record<string, unknown>;

/** A value to set, and where: `["organizer", "email"]`. */
export interface Setting {
  path: string[];
  value: unknown;
}

/** What is to be different about the bodies of one call. */
export interface Changes {
  /** Make bookings that nobody has seen: new uids, and the first meeting within a week. */
  isNew: boolean;
  /** When the first meeting is to start, instead. */
  at: Date | null;
  /** The address that every attendee is to have who comes first in a body. */
  to: string | null;
  settings: Setting[];
  now?: Date;
}

const WEEK = 7 * 24 * 60 * 60 * 1000;
const MINUTE = 60 * 1000;
const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const UID_KEYS = ["uid", "rescheduleUid", "bookingUid", "iCalUID", "attendeeSeatId"];

/**
 * Reads `path=value`. The value is JSON where it can be, like `true` or `["a"]`, else text.
 * @throws {StackError} when there is no path
 */
export function readSetting(text: string): Setting {
  const [, path, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (path === undefined) {
    throw new StackError(
      `--set takes path=value, like organizer.email=me@example.org, not "${text}".`,
    );
  }
  return { path: path.split("."), value: parseOrKeep(value!) };
}

/** Changes the bodies of one call together, so that those of one booking still belong together. */
export function changeEvents(
  events: Json[],
  { isNew, at, to, settings, now = new Date() }: Changes,
) {
  const changed = structuredClone(events);
  const texts = new Map([
    ...(isNew ? newUids(changed) : []),
    ...(to === null ? [] : firstAttendees(changed).map((old) => [old, to] as const)),
  ]);
  const isMoved = isNew || at !== null;
  const distance = isMoved ? distanceTo(changed, at, now) : 0;
  const sentAt = isMoved ? sendingTimes(changed, distance, now) : new Map<unknown, string>();

  return changed.map((event) => {
    const moved = mapTexts(event, (text) => moveDate(replaceAll(text, texts), distance)) as Json;
    const createdAt = sentAt.get(event.createdAt);
    if (createdAt !== undefined) moved.createdAt = createdAt;
    for (const setting of settings) set(bodyOf(moved), setting);
    return moved;
  });
}

/** What an event says about its booking: in `payload`, or beside the trigger. */
export function bodyOf(event: Json): Json {
  return isObject(event.payload) ? event.payload : event;
}

/** A new uid for each old one. What begins a calendar id is a uid too: `uid@Cal.com`. */
function newUids(events: Json[]): Map<string, string> {
  const uids = events.flatMap((event) => UID_KEYS.map((key) => bodyOf(event)[key]))
    .flatMap((uid) => typeof uid === "string" ? uid.split("@")[0]! : [])
    .filter((uid) => uid.length >= 8); // A shorter one could be part of other words.
  return new Map(uids.map((uid) => [
    uid,
    /^[0-9a-f]{8}-/.test(uid)
      ? crypto.randomUUID()
      : encodeBase58(crypto.getRandomValues(new Uint8Array(16))),
  ]));
}

function firstAttendees(events: Json[]): string[] {
  return events.flatMap((event) => {
    const { attendees } = bodyOf(event);
    const first = Array.isArray(attendees) ? attendees[0] : null;
    return isObject(first) && typeof first.email === "string" && first.email ? first.email : [];
  });
}

function replaceAll(text: string, replacements: Map<string, string>): string {
  for (const [old, other] of replacements) text = text.replaceAll(old, other);
  return text;
}

/** How far the dates have to move. Whole weeks keep the day of the week and the hour. */
function distanceTo(events: Json[], at: Date | null, now: Date): number {
  const first = firstStart(events);
  if (first === null) return 0;
  return at !== null ? at.getTime() - first : Math.ceil((now.getTime() - first) / WEEK) * WEEK;
}

function firstStart(events: Json[]): number | null {
  const starts = events.map((event) => Date.parse(String(bodyOf(event).startTime)))
    .filter((start) => !Number.isNaN(start));
  return starts.length > 0 ? Math.min(...starts) : null;
}

/**
 * When Cal.com made the events, by what their `createdAt` was: now, in the same order, a
 * millisecond apart, so that they come after everything that was sent before. Never after the
 * first meeting.
 */
function sendingTimes(events: Json[], distance: number, now: Date): Map<unknown, string> {
  const first = firstStart(events);
  const last = first === null ? now.getTime() : Math.min(now.getTime(), first + distance - MINUTE);
  const times = [...new Set(events.map(({ createdAt }) => createdAt))]
    .filter((time) => typeof time === "string" && ISO_DATE.test(time))
    .sort((a, b) => Date.parse(String(a)) - Date.parse(String(b)));
  return new Map(times.map((time, place) => [
    time,
    new Date(last - (times.length - 1 - place)).toISOString(),
  ]));
}

function moveDate(text: string, distance: number): string {
  if (distance === 0 || !ISO_DATE.test(text)) return text;
  const moved = new Date(Date.parse(text) + distance).toISOString();
  return text.includes(".") ? moved : moved.replace(".000Z", "Z");
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, change)]),
  );
}

/** Sets a value, and makes the objects on the way that are missing. */
function set(body: Json, { path, value }: Setting): void {
  let place: Json = body;
  for (const [depth, key] of path.slice(0, -1).entries()) {
    place[key] ??= {};
    const next = place[key];
    if (next === null || typeof next !== "object") {
      const way = path.slice(0, depth + 1).join(".");
      throw new StackError(`--set ${path.join(".")}: "${way}" is ${JSON.stringify(next)} here.`);
    }
    place = next as Json;
  }
  place[path.at(-1)!] = value;
}

function isObject(value: unknown): value is Json {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function parseOrKeep(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
