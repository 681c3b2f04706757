import { createDatabase } from "../supabase/functions/_shared/database.ts";

/** Reads over REST what became of events and, as sentences, how the bookings with these uids stand. */
export async function readOutcome(
  rest: { supabaseUrl: string; supabaseKey: string },
  { eventIds, uids }: { eventIds: string[]; uids: string[] },
) {
  const database = createDatabase(rest);
  const [events, bookings] = await Promise.all([
    database.from("calcom_events").select("id, outcome, reason").in("id", eventIds),
    database.from("bookings")
      .select(
        "start_time, status, attended, people(name, email), deals(status, stage, companies(name))",
      )
      .in("calcom_uid", uids),
  ]);
  return {
    events: events.data ?? [],
    // Like "Ada, Tue, 01 Dec 2026 15:00 UTC: cancelled; the deal of Acme is cancelled".
    bookings: (bookings.data ?? []).map(({ start_time, status, attended, people, deals }) => {
      const who = people?.name ?? people?.email ?? "Somebody";
      const time = start_time === null
        ? "no time"
        : new Date(start_time).toUTCString().replace(":00 GMT", " UTC");
      const what = status === "CANCELLED" ? "cancelled" : attended ? "attended" : "booked";
      const met = deals?.stage === "met" ? " and met" : "";
      const deal = deals
        ? `the deal of ${deals.companies.name} is ${deals.status}${met}`
        : "no deal";
      return `${who}, ${time}: ${what}; ${deal}`;
    }),
  };
}
