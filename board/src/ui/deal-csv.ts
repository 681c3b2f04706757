import type { View } from "../supabase.ts";
import type { CsvColumn } from "./save-csv.ts";

/** What is in a file of deals. */
export const DEAL_CSV: CsvColumn<View<"board_deals">>[] = [
  ["Company", (row) => row.company],
  ["Domain", (row) => row.domain],
  ["Stage", (row) => row.stage],
  ["Since", (row) => row.stage_since],
  ["People", (row) => row.people],
  ["Host", (row) => row.host],
  ["Brand", (row) => row.brand],
  ["Opened at", (row) => row.opened_at],
  ["Next meeting", (row) => row.next_meeting],
  ["Last meeting", (row) => row.last_meeting],
  ["Meetings", (row) => row.meetings],
  ["What happened last", (row) => row.last_happening],
  ["When", (row) => row.last_happened_at],
];
