/** Numbers and periods as the page writes them. Weeks and months are those of UTC, as in the view. */
import {
  formatCount,
  formatNumber,
  formatPercent,
  readInterval,
  readMoment,
} from "../ui/format.ts";
import type { Measure, Numbers } from "./measures.ts";

const day = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  timeZone: "UTC",
});
const date = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeZone: "UTC",
});
const month = new Intl.DateTimeFormat(undefined, {
  month: "short",
  year: "numeric",
  timeZone: "UTC",
});

/** A number of the view; a dash where there is nothing to tell. */
export function formatMeasure(
  { column, kind }: Measure,
  numbers: Numbers,
): string {
  const value = numbers[column];
  if (kind === "time") {
    return value === null ? "–" : formatDays(toDays(String(value)));
  }
  const count = value === null ? null : Number(value);
  return kind === "rate" ? formatPercent(count) : formatNumber(count);
}

/** An interval of Postgres on the scale of a plot. */
export function toDays(interval: string): number {
  return readInterval(interval) / 86_400;
}

/** 2.3 days; 5 hours of less than two. */
export function formatDays(days: number): string {
  const isShort = Math.abs(days) < 2;
  return isShort ? formatCount(Math.round(days * 24), "hour") : formatCount(days, "day");
}

/** A step by its beginning, as short as an axis wants it. */
export function formatStep(unit: string, since: string | null): string {
  const at = readMoment(since);
  if (!at) return "–";
  if (unit === "year") return String(at.getUTCFullYear());
  if (unit === "quarter") {
    return `Q${Math.floor(at.getUTCMonth() / 3) + 1} ${at.getUTCFullYear()}`;
  }
  return (unit === "month" ? month : day).format(at);
}

/** A span of days in words; an end that is "infinity" is none. */
export function formatSpan(since: string | null, until: string | null): string {
  const first = readMoment(since);
  // Until is the first moment after it.
  const last = hasEnd(until) ? new Date(Date.parse(until) - 1) : null;
  if (first && last) return date.formatRange(first, last);
  if (first) return `since ${date.format(first)}`;
  return last ? `until ${date.format(last)}` : "at any time";
}

/** Whether it is a moment, and not "infinity". */
export function hasEnd(moment: string | null | undefined): moment is string {
  return readMoment(moment) !== null;
}
