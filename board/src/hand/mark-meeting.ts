import type { View } from "../supabase.ts";
import { confirm } from "../ui/confirm.tsx";
import { type Edit, editByHand } from "./edit.ts";

type Meeting = View<"board_meetings">;

/** As what a meeting can be marked by hand. */
export type Mark = "no_show" | "met";

export function listMarks({ state }: Pick<Meeting, "state">): Mark[] {
  if (state === "over") return ["met", "no_show"];
  if (state === "met") return ["no_show"];
  return state === "no_show" ? ["met"] : [];
}

/** What the marks are called on buttons. */
export const MARKS: Record<Mark, string> = {
  no_show: "Mark as a no-show",
  met: "Mark as met",
};

/**
 * Marks what became of a meeting, after a question. A no-show takes its deal along by itself.
 * @param deal is met with it, where it is given
 */
export async function markMeeting(
  meeting: Meeting,
  mark: Mark,
  deal?: { deal_id: string; deal_stage: string },
): Promise<void> {
  const who = meeting.person ?? meeting.email;
  const isMet = mark === "met";
  const isSure = await confirm({
    title: isMet ? `Did ${who} come?` : `Did ${who} not come?`,
    text: `${tellConsequence(meeting, mark, deal !== undefined)} Cal.com is not told.`,
    action: MARKS[mark],
  });
  if (!isSure) return;

  const edits: Edit[] = [{
    table: "bookings",
    id: meeting.booking_id,
    seen: { attended: meeting.attended, is_no_show: meeting.state === "no_show" },
    next: isMet ? { attended: true } : { is_no_show: true },
  }];
  if (isMet && deal && deal.deal_stage !== "met") {
    edits.push({
      table: "deals",
      id: deal.deal_id,
      seen: { stage: deal.deal_stage },
      next: { stage: "met" },
      mayFollow: true,
    });
  }
  await editByHand(
    isMet ? `The meeting with ${who} took place.` : `${who} is a no-show.`,
    ...edits,
  );
}

function tellConsequence({ state, deal_id }: Meeting, mark: Mark, isDealGiven: boolean): string {
  if (deal_id === null) return "It counts for no deal.";
  if (mark === "no_show") {
    return isDealGiven
      ? "The meeting is marked, and the deal goes to No-show unless another one is to come."
      : "The meeting is marked; an open deal goes along unless another meeting keeps it.";
  }
  if (isDealGiven) return "The meeting is marked, and the deal goes to Met.";
  return state === "no_show"
    ? "The meeting is marked, and its deal is as it was before the no-show."
    : "Only the meeting is marked; the deal stays in its stage.";
}
