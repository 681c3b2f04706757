import { ask, supabase, type View } from "../supabase.ts";
import type { List } from "../ui/list.ts";

export type Meeting = View<"board_meetings">;

/** Meetings that begin between two moments, of a host or of all. */
export interface Span {
  from: Date;
  until: Date;
  host: string | null;
}

/** More than a page can be looked through. */
export const MOST = 500;

/** Fetches the meetings of a span in their order; one more than the most when there are more. */
export async function fetchMeetings(span: Span): Promise<Meeting[]> {
  return await ask(
    within(span).order("start_time").order("booking_id").limit(MOST + 1),
  );
}

/** The same for a file, however many. */
export function listMeetings(span: Span): List<Meeting> {
  return { from: () => within(span), time: "start_time", id: "booking_id" };
}

function within({ from, until, host }: Span) {
  const meetings = supabase()
    .from("board_meetings")
    .select()
    .gte("start_time", from.toISOString())
    .lt("start_time", until.toISOString());
  return host === null ? meetings : meetings.eq("host", host);
}
