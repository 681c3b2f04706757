import type { View } from "../supabase.ts";
import { confirm } from "../ui/confirm.tsx";
import { type Edit, editByHand } from "./edit.ts";

type Meeting = View<"board_meetings">;

/** As what a meeting can be marked by hand. */
export type Mark = "no_show" | "met";

export function listMarks({ state }: Pick<Meeting, "state">): Mark[] {
  if (state === "met") return ["no_show"];
  return state === "no_show" || state === "over" ? ["met"] : [];
}

/** What the marks are called on buttons. */
export const MARKS: Record<Mark, string> = {
  no_show: "Mark as a no-show",
  met: "Mark as met",
};

/**
 * Marks what became of a meeting, after a question.
 * @param deal moves with it, where it is given
 */
export async function markMeeting(
  meeting: Meeting,
  mark: Mark,
  deal?: { deal_id: string; deal_stage: string },
): Promise<void> {
  const who = meeting.person ?? meeting.email;
  const stage = mark === "met" ? "met" : "booked";
  const isMoved = deal !== undefined && deal.deal_stage !== stage;
  // A mark is yes or no: before, it was neither.
  const isFinal = meeting.state === "over";
  const isSure = await confirm({
    title: mark === "met" ? `Did ${who} come?` : `Did ${who} not come?`,
    text: `${
      isMoved
        ? `The meeting is marked, and the deal goes to ${mark === "met" ? "Met" : "No-show"}.`
        : "Only the meeting is marked; the deal stays in its stage."
    } Cal.com is not told.${
      isFinal ? " That nobody had said anything of it cannot be brought back." : ""
    }`,
    action: MARKS[mark],
  });
  if (!isSure) return;

  const edits: Edit[] = [{
    table: "bookings",
    id: meeting.booking_id,
    seen: { attended: meeting.attended },
    next: { attended: mark === "met" },
    isFinal,
  }];
  if (isMoved) {
    edits.push({
      table: "deals",
      id: deal.deal_id,
      seen: { stage: deal.deal_stage },
      next: { stage },
    });
  }
  await editByHand(
    mark === "met" ? `The meeting with ${who} took place.` : `${who} is a no-show.`,
    ...edits,
  );
}
