import type { Question } from "./fetch-numbers.ts";

/** Of which time the numbers are: periods of board_numbers that are not over. */
export const PERIODS: Record<string, string> = {
  last_30_days: "Last 30 days",
  last_90_days: "Last 90 days",
  week: "This week",
  month: "This month",
  quarter: "This quarter",
  year: "This year",
  all: "All time",
};

/** In which steps they are told. */
export const UNITS: Record<string, string> = {
  week: "Week",
  month: "Month",
  quarter: "Quarter",
  year: "Year",
};

/** What the address asks for; what it leaves open is the last 90 days of everybody, week by week. */
export function readQuestion(params: URLSearchParams): Question {
  return {
    period: known(params.get("period"), PERIODS) ?? "last_90_days",
    unit: known(params.get("unit"), UNITS) ?? "week",
    brand: params.get("brand"),
    host: params.get("host"),
  };
}

function known(
  name: string | null,
  names: Record<string, string>,
): string | null {
  return name !== null && Object.hasOwn(names, name) ? name : null;
}
