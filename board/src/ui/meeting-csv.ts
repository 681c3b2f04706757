import type { View } from "../supabase.ts";
import type { CsvColumn } from "./save-csv.ts";

/** What is in a file of meetings. */
export const MEETING_CSV: CsvColumn<View<"board_meetings">>[] = [
  ["Start", (row) => row.start_time],
  ["End", (row) => row.end_time],
  ["State", (row) => row.state],
  ["Title", (row) => row.title],
  ["Person", (row) => row.person],
  ["Email", (row) => row.email],
  ["Company", (row) => row.company],
  ["Domain", (row) => row.domain],
  ["Host", (row) => row.host],
  ["Brand", (row) => row.brand],
  ["Booked at", (row) => row.booked_at],
  ["Lead time", (row) => row.lead_time as string | null],
  ["Cal.com", (row) => row.calcom_link],
];
