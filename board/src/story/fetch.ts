import { ask, supabase, type View } from "../supabase.ts";

/** What a page is about. */
export type Subject =
  | { kind: "deal"; id: string; companyId: string }
  | { kind: "company"; id: string }
  | { kind: "person"; id: string };

/** Something that happened: an event, a hand edit, or a mail. */
export type Happening = View<"board_timeline">;

export type Meeting = View<"board_meetings">;

/** The newest first. Of a deal also what happened to its company beside all deals. */
export async function fetchTimeline(subject: Subject, limit: number): Promise<Happening[]> {
  const all = supabase().from("board_timeline").select("*");
  const own = subject.kind === "deal"
    ? all.eq("company_id", subject.companyId).or(`deal_id.eq.${subject.id},deal_id.is.null`)
    : all.eq(subject.kind === "company" ? "company_id" : "person_id", subject.id);
  return await ask(
    own.order("happened_at", { ascending: false }).order("kind").limit(limit),
  );
}

/** The last to come first. */
export async function fetchMeetings(subject: Subject): Promise<Meeting[]> {
  return await ask(
    supabase().from("board_meetings").select("*")
      .eq(`${subject.kind}_id`, subject.id)
      .order("start_time", { ascending: false }).order("booking_id").limit(500),
  );
}
