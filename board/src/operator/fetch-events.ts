import { ask, supabase, type Table } from "../supabase.ts";
import { type List, quote } from "../ui/list.ts";

/** An event without its body, which is fetched when it is looked at. */
const COLUMNS =
  "id,trigger,outcome,reason,source,received_at,decided_at,attempts,uid,new_uid,booker_email,repeat_count";

export type Event = Pick<
  Table<"calcom_events">,
  | "id"
  | "trigger"
  | "outcome"
  | "reason"
  | "source"
  | "received_at"
  | "decided_at"
  | "attempts"
  | "uid"
  | "new_uid"
  | "booker_email"
  | "repeat_count"
>;

export function listEvents(outcome: string | null, search: string | null): List<Event> {
  return {
    from: () => {
      let events = supabase().from("calcom_events").select(COLUMNS);
      if (outcome) events = events.eq("outcome", outcome);
      if (search) {
        const address = quote(search.toLowerCase());
        const uid = quote(search);
        events = events.or(`booker_email.eq.${address},uid.eq.${uid},new_uid.eq.${uid}`);
      }
      return events;
    },
    time: "received_at",
    id: "id",
  };
}

export async function fetchBody(id: string): Promise<{ payload: unknown; raw_body: unknown }> {
  return await ask(
    supabase().from("calcom_events").select("payload,raw_body").eq("id", id).single(),
  );
}
