import type { View } from "../supabase.ts";

/** A row of board_numbers, as the page keeps it. */
export type Numbers = View<"board_numbers">;

/** What a number is made of: meetings in some states, or deals in some stages. */
export interface Behind {
  of: "meetings" | "deals";
  /** Of meetings `state`, of deals `deal_stage`; all without. */
  states?: string[];
}

/** A number of the page. What it says is computed by the view. */
export interface Measure {
  column: Exclude<
    keyof Numbers,
    "period" | "since" | "until" | "level" | "brand" | "host"
  >;
  label: string;
  kind: "count" | "rate" | "time";
  /** What it says, in a sentence. */
  meaning: string;
  behind: Behind;
}

export const MEASURES = [
  {
    column: "bookings",
    label: "Booked",
    kind: "count",
    meaning: "Meetings booked in this time.",
    behind: { of: "meetings" },
  },
  {
    column: "met",
    label: "Met",
    kind: "count",
    meaning: "Of them, those that took place.",
    behind: { of: "meetings", states: ["met"] },
  },
  {
    column: "no_show",
    label: "No-show",
    kind: "count",
    meaning: "Of them, those to which the visitor did not come.",
    behind: { of: "meetings", states: ["no_show"] },
  },
  {
    column: "cancelled",
    label: "Cancelled",
    kind: "count",
    meaning: "Of them, those that were cancelled.",
    behind: { of: "meetings", states: ["cancelled"] },
  },
  {
    column: "to_come",
    label: "To come",
    kind: "count",
    meaning: "Of them, those that are still to come.",
    behind: { of: "meetings", states: ["to_come", "unconfirmed"] },
  },
  {
    column: "over",
    label: "Unclear",
    kind: "count",
    meaning: "Of them, those that are over, and nobody has said yet what became of them.",
    behind: { of: "meetings", states: ["over"] },
  },
  {
    column: "show_rate",
    label: "Show rate",
    kind: "rate",
    meaning: "Of the meetings that were met or a no-show, the part that was met.",
    behind: { of: "meetings", states: ["met", "no_show"] },
  },
  {
    column: "median_lead_time",
    label: "Lead time",
    kind: "time",
    meaning: "From the booking to the meeting: half of the meetings have a longer one.",
    behind: { of: "meetings" },
  },
  {
    column: "deals",
    label: "Deals",
    kind: "count",
    meaning: "Deals opened in this time.",
    behind: { of: "deals" },
  },
  {
    column: "deals_met",
    label: "Deals met",
    kind: "count",
    meaning: "Of them, those that got from booked to met.",
    behind: { of: "deals", states: ["met"] },
  },
  {
    column: "met_rate",
    label: "Booked → met",
    kind: "rate",
    meaning: "Of the deals opened in this time, the part that got to met.",
    behind: { of: "deals", states: ["met"] },
  },
] as const satisfies Measure[];

export type Column = (typeof MEASURES)[number]["column"];

export function measureOf(column: Column): Measure {
  return MEASURES.find((measure) => measure.column === column)!;
}
