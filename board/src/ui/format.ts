/** Times and numbers as the reader writes them, in the reader's zone. What there is not becomes a dash. */

type Moment = string | null | undefined;

const NOTHING = "–";

const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
});
const dayOfYear = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});
const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const number = new Intl.NumberFormat();
const short = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** A moment of Postgres; null for "infinity", a year of five digits, and what an address says otherwise. */
export function readMoment(moment: Moment): Date | null {
  const read = new Date(moment ?? "");
  return Number.isNaN(read.getTime()) ? null : read;
}

/** 5 Nov 2026 */
export function formatDate(moment: Moment): string {
  return format(date, moment);
}

/** 5 Nov 2026, 14:00 */
export function formatDateTime(moment: Moment): string {
  return format(dateTime, moment);
}

/** Thu 5 Nov, with the year when it is another than this one. */
export function formatDay(moment: Moment): string {
  const isThisYear = readMoment(moment)?.getFullYear() === new Date().getFullYear();
  return format(isThisYear ? day : dayOfYear, moment);
}

/** 14:00 */
export function formatTime(moment: Moment): string {
  return format(time, moment);
}

/** today 14:00, tomorrow 14:00, Thu 5 Nov 14:00 */
export function formatMeeting(moment: Moment): string {
  const at = readMoment(moment);
  if (!at) return NOTHING;
  const days = countDays(new Date(), at);
  const words = Math.abs(days) <= 1 ? relative.format(days, "day") : formatDay(moment);
  return `${words} ${formatTime(moment)}`;
}

/** 1,234 */
export function formatNumber(value: number | null | undefined): string {
  return value === null || value === undefined ? NOTHING : number.format(value);
}

/** 42 % of a part between 0 and 1. */
export function formatPercent(part: number | null | undefined): string {
  return part === null || part === undefined ? NOTHING : percent.format(part);
}

const UNITS = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** 3 days ago, in 2 hours, now */
export function formatAgo(moment: Moment, now = Date.now()): string {
  const at = readMoment(moment);
  if (!at) return NOTHING;
  const seconds = (at.getTime() - now) / 1000;
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  const count = Math.trunc(seconds / length);
  return count === 0 ? "now" : relative.format(count, unit);
}

/** 3 days, 2 hours: how long it is since a moment. */
export function formatSince(moment: Moment, now = Date.now()): string {
  const at = readMoment(moment);
  if (!at) return NOTHING;
  const seconds = (now - at.getTime()) / 1000;
  return seconds < 60 ? "just now" : formatSeconds(seconds);
}

/** An interval of Postgres, as in "3 days 04:05:06.789" or "1 year 2 mons", in seconds. */
export function readInterval(interval: string): number {
  const lengths: Record<string, number> = { year: 365 * 86_400, mon: 30 * 86_400, day: 86_400 };
  let seconds = 0;
  for (const [, count, unit] of interval.matchAll(/(-?\d+) (year|mon|day)s?/g)) {
    seconds += Number(count) * lengths[unit!]!;
  }
  const [, sign, hours, minutes, rest] = /([+-]?)(\d+):(\d\d):(\d\d(?:\.\d+)?)/.exec(interval) ??
    [];
  if (hours) {
    const clock = Number(hours) * 3_600 + Number(minutes) * 60 + Number(rest);
    seconds += sign === "-" ? -clock : clock;
  }
  return seconds;
}

function formatSeconds(seconds: number): string {
  const [unit, length] = UNITS.find(([, length]) => seconds >= length) ?? ["minute", 60];
  return formatCount(Math.max(0, Math.trunc(seconds / length)), unit);
}

/** 1 day, 2.3 days */
export function formatCount(count: number, word: string): string {
  const written = short.format(count);
  return `${written} ${word}${written === short.format(1) ? "" : "s"}`;
}

/** The zone that all times are in, for a line under them. */
export function readZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function format(how: Intl.DateTimeFormat, moment: Moment): string {
  const at = readMoment(moment);
  return at ? how.format(at) : NOTHING;
}

/** Midnights between two moments, where the reader is. */
function countDays(from: Date, to: Date): number {
  const start = (at: Date) => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  return Math.round((start(to) - start(from)) / 86_400_000);
}
