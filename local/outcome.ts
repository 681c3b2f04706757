import { createDatabase } from "../supabase/functions/_shared/database.ts";

/** What the log says became of an event. */
export interface EventOutcome {
  id: string;
  outcome: string;
  reason: string | null;
}

/** Reads over REST what became of events and, as sentences, how the bookings with these uids stand. */
export async function readOutcome(
  rest: { supabaseUrl: string; supabaseKey: string },
  { eventIds, uids }: { eventIds: string[]; uids: string[] },
): Promise<{ events: EventOutcome[]; bookings: string[] }> {
  const database = createDatabase(rest);
  const [events, bookings] = await Promise.all([
    database.from("calcom_events").select("id, outcome, reason").in("id", eventIds),
    database.from("bookings")
      .select(
        "start_time, status, attended, people(name, email), deals(status, stage, companies(name))",
      )
      .in("calcom_uid", uids),
  ]);
  return { events: events.data ?? [], bookings: bookings.data?.map(describe) ?? [] };
}

/** Like `Ada Lovelace, 1 Dec 2026, 15:00 UTC: cancelled; the deal of Acme is cancelled`. */
function describe({ start_time, status, attended, people, deals }: Booking): string {
  const who = people?.name ?? people?.email ?? "Somebody";
  const what = status === "CANCELLED" ? "cancelled" : attended ? "attended" : "booked";
  const deal = deals === null
    ? "no deal"
    : `the deal of ${deals.companies.name} is ${deals.status}${
      deals.stage === "met" ? " and met" : ""
    }`;
  return `${who}, ${formatTime(start_time)}: ${what}; ${deal}`;
}

function formatTime(time: string | null): string {
  if (time === null) return "no time";
  const format = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: "UTC",
  });
  return `${format.format(new Date(time))} UTC`;
}

interface Booking {
  start_time: string | null;
  status: string;
  attended: boolean;
  people: { name: string | null; email: string } | null;
  deals: { status: string; stage: string; companies: { name: string } } | null;
}
