import { encodeBase58 } from "npm:deno-std@1.4.0/encoding/base58.js";
import { StackError } from "./stack/error.ts";

/** JSON, as far as it has keys. */
export type Json = Record<string, unknown>;

/** A value to set, and where: `["organizer", "email"]`. */
export interface Setting {
  path: string[];
  value: unknown;
}

/** What is to be different about the bodies of one call. */
export interface Changes {
  /** Make bookings that nobody has seen: new uids, and the first meeting within a week. */
  isNew?: boolean;
  /** When the first meeting is to start, instead. */
  at?: Date | undefined;
  /** The address that every attendee is to have who comes first in a body. */
  to?: string | undefined;
  settings?: Setting[];
  now?: Date;
}

const MINUTE = 60 * 1000;
const WEEK = 7 * 24 * 60 * MINUTE;
const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const UID_KEYS = ["uid", "rescheduleUid", "bookingUid", "iCalUID", "attendeeSeatId"];

/**
 * Reads `path=value`. The value is JSON where it can be, like `true` or `["a"]`, else text.
 * @throws {StackError} when there is no path
 */
export function readSetting(text: string): Setting {
  const [, path, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (path === undefined || value === undefined) {
    throw new StackError(
      `--set takes path=value, like organizer.email=me@example.org, not "${text}".`,
    );
  }
  try {
    return { path: path.split("."), value: JSON.parse(value) };
  } catch {
    return { path: path.split("."), value };
  }
}

/** Changes the bodies of one call together, so that those of one booking still belong together. */
export function changeEvents(
  events: Json[],
  { isNew = false, at, to, settings = [], now = new Date() }: Changes,
): Json[] {
  const words = new Map([
    ...(isNew ? newUids(events) : []),
    ...(to === undefined ? [] : firstAttendees(events).map((old): [string, string] => [old, to])),
  ]);
  const distance = isNew || at ? distanceTo(events, at, now) : 0;

  const changed: Json[] = JSON.parse(
    JSON.stringify(events),
    (_key, value) => typeof value === "string" ? move(replace(value, words), distance) : value,
  );
  if (isNew || at) renewSendingTimes(changed, now);
  for (const event of changed) {
    for (const setting of settings) set(bodyOf(event), setting);
  }
  return changed;
}

/** What an event says about its booking: in `payload`, or beside the trigger. */
export function bodyOf(event: Json): Json {
  const { payload } = event;
  return payload !== null && typeof payload === "object" ? payload as Json : event;
}

/** A new uid for each old one. What begins a calendar id is a uid too: `uid@Cal.com`. */
function newUids(events: Json[]): [old: string, uid: string][] {
  return events.flatMap((event) => UID_KEYS.map((key) => bodyOf(event)[key]))
    .flatMap((uid) => typeof uid === "string" ? uid.split("@")[0]! : [])
    .filter((uid) => uid.length >= 8) // A shorter one could be part of other words.
    .map((uid) => [
      uid,
      /^[0-9a-f]{8}-/.test(uid)
        ? crypto.randomUUID()
        : encodeBase58(crypto.getRandomValues(new Uint8Array(16))),
    ]);
}

function firstAttendees(events: Json[]): string[] {
  return events.flatMap((event) => {
    const { attendees } = bodyOf(event) as { attendees?: { email?: unknown }[] };
    const email = attendees?.[0]?.email;
    return typeof email === "string" && email !== "" ? email : [];
  });
}

function replace(text: string, words: Map<string, string>): string {
  for (const [old, word] of words) text = text.replaceAll(old, word);
  return text;
}

/** How far the dates have to move. Whole weeks keep the day of the week and the hour. */
function distanceTo(events: Json[], at: Date | undefined, now: Date): number {
  const start = firstStart(events);
  if (start === Infinity) return 0;
  return at ? at.getTime() - start : Math.ceil((now.getTime() - start) / WEEK) * WEEK;
}

/** Infinity when no event has a start. */
function firstStart(events: Json[]): number {
  const starts = events.map((event) => Date.parse(String(bodyOf(event).startTime)));
  return Math.min(...starts.filter(Number.isFinite));
}

function move(text: string, distance: number): string {
  if (distance === 0 || !ISO_DATE.test(text)) return text;
  const moved = new Date(Date.parse(text) + distance).toISOString();
  return text.includes(".") ? moved : moved.replace(".000Z", "Z");
}

/**
 * Cal.com makes the events now, in the same order, a millisecond apart, so that they come after
 * everything that was sent before. Never after the first meeting.
 */
function renewSendingTimes(events: Json[], now: Date): void {
  const last = Math.min(now.getTime(), firstStart(events) - MINUTE);
  const timeOf = ({ createdAt }: Json) => Date.parse(String(createdAt));
  const times = [...new Set(events.map(timeOf).filter(Number.isFinite))].sort((a, b) => b - a);
  for (const event of events) {
    const place = times.indexOf(timeOf(event));
    if (place >= 0) event.createdAt = new Date(last - place).toISOString();
  }
}

/** Sets a value, and makes the objects on the way that are missing. */
function set(body: Json, { path, value }: Setting): void {
  let place = body;
  for (const key of path.slice(0, -1)) {
    const next = place[key] ??= {};
    if (typeof next !== "object") {
      throw new StackError(
        `--set ${path.join(".")}: "${key}" is ${JSON.stringify(next)} here.`,
      );
    }
    place = next as Json;
  }
  place[path.at(-1)!] = value;
}
