import type { Params } from "../router.ts";

/** What of the pipeline is shown; each is part of the address. */
export interface Filters {
  host?: string;
  brand?: string;
  /** Deals opened from this moment, and before that one; ISO. */
  since?: string;
  until?: string;
  /** "true": deals with a meeting to come; "false": those without one. */
  next_meeting?: string;
  search?: string;
}

const NAMES = ["host", "brand", "since", "until", "next_meeting", "search"] as const;

export function readFilters(params: URLSearchParams): Filters {
  return Object.fromEntries(
    NAMES.map((name) => [name, params.get(name)]).filter(([, value]) => value),
  );
}

/** All of them taken away. */
export const NO_FILTERS: Params = Object.fromEntries(NAMES.map((name) => [name, null]));

/** Periods to choose from, by the days that they go back. */
export const PERIODS = [
  { days: 7, label: "Opened in the last 7 days" },
  { days: 30, label: "Opened in the last 30 days" },
  { days: 90, label: "Opened in the last 90 days" },
];

/** The start of the day so many days ago, where the reader is. */
export function daysAgo(days: number): string {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days).toISOString();
}

/** The days of the period that starts at a moment, if it is one of them. */
export function findPeriod({ since, until }: Filters): number | undefined {
  if (until) return undefined;
  return PERIODS.find(({ days }) => daysAgo(days) === since)?.days;
}
