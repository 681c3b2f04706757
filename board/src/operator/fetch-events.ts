import { ask, supabase, type Table } from "../supabase.ts";
import type { List } from "../ui/list.ts";

/** An event without its body, which is fetched when it is looked at. */
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
    page: async (after, size) =>
      await ask(
        supabase().rpc("board_events", {
          ...(outcome && { outcome }),
          ...(search && { search }),
          ...(after && { after_received_at: after.received_at, after_id: after.id }),
          page_size: size,
        }),
      ) as unknown as Event[],
    id: "id",
  };
}

export async function fetchBody(id: string): Promise<{ payload: unknown; raw_body: unknown }> {
  return await ask(
    supabase().from("calcom_events").select("payload,raw_body").eq("id", id).single(),
  );
}
