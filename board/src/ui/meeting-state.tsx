import { Badge } from "@mantine/core";

/** What `state` of board_meetings says, in words. */
export const MEETING_STATES: Record<string, string> = {
  to_come: "To come",
  unconfirmed: "Not confirmed",
  met: "Met",
  no_show: "No-show",
  cancelled: "Cancelled",
  over: "Unclear",
};

const COLORS: Record<string, string> = {
  to_come: "indigo",
  unconfirmed: "yellow",
  met: "teal",
  no_show: "orange",
  cancelled: "gray",
  over: "yellow",
};

/** What became of a meeting. One that nobody has said anything about may still be under way. */
export function MeetingState({ state, end = null }: { state: string | null; end?: string | null }) {
  const words = isUnderWay(state, end) ? "Now" : MEETING_STATES[state ?? ""] ?? state;
  return (
    <Badge variant="dot" miw="max-content" color={COLORS[state ?? ""] ?? "gray"} tt="none">
      {words}
    </Badge>
  );
}

export function isUnderWay(state: string | null, end: string | null): boolean {
  return state === "over" && end !== null && Date.parse(end) > Date.now();
}
