/** What the log says became of an event. */
export interface EventOutcome {
  id: string;
  outcome: string;
  reason: string | null;
}

interface Booking {
  start_time: string | null;
  status: string;
  attended: boolean;
  people: { name: string | null; email: string } | null;
  deals: { status: string; stage: string; companies: { name: string } } | null;
}

/** What to look up. */
export interface Lookup {
  eventIds: string[];
  uids: string[];
}

/**
 * Reads over REST where events and their bookings stand.
 * @returns the events, and a sentence for each booking; both empty where nothing can be read
 */
export async function readOutcome(
  { url, key }: { url: string; key: string },
  { eventIds, uids }: Lookup,
): Promise<{ events: EventOutcome[]; bookings: string[] }> {
  async function read<T>(table: string, column: string, values: string[], select: string) {
    if (values.length === 0) return [];
    const list = [...new Set(values)].map((value) => `"${value.replace(/["\\]/g, "\\$&")}"`);
    const query = new URLSearchParams({ select, [column]: `in.(${list.join(",")})` });
    const response = await fetch(`${url}/${table}?${query}`, { headers: { apikey: key } });
    return response.ok ? await response.json() as T[] : [];
  }
  const [events, bookings] = await Promise.all([
    read<EventOutcome>("calcom_events", "id", eventIds, "id,outcome,reason"),
    read<Booking>(
      "bookings",
      "calcom_uid",
      uids,
      "start_time,status,attended,people(name,email)," +
        "deals!bookings_deal_id_fkey(status,stage,companies(name))",
    ),
  ]);
  return { events, bookings: bookings.map(describe) };
}

/** Like `Ada Lovelace, Tue, 1 Dec 2026, 15:00 UTC: cancelled; the deal of Acme is cancelled`. */
function describe({ start_time, status, attended, people, deals }: Booking): string {
  const what = status === "CANCELLED" ? "cancelled" : attended ? "attended" : "booked";
  const deal = deals === null
    ? "no deal"
    : `the deal of ${deals.companies.name} is ${deals.status}${
      deals.stage === "met" ? " and met" : ""
    }`;
  return `${people?.name ?? people?.email ?? "Somebody"}, ${
    formatTime(start_time)
  }: ${what}; ${deal}`;
}

function formatTime(time: string | null): string {
  if (time === null) return "no time";
  // Postgres leaves out the minutes of the zone, which Date wants.
  const date = new Date(time.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"));
  const text = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: "UTC",
  }).format(date);
  return `${text} UTC`;
}
