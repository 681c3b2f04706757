import { Button } from "@mantine/core";
import { listMarks, type Mark, markMeeting } from "../hand/mark-meeting.ts";
import { useMayDo } from "../session/member.ts";
import { isUnderWay } from "../ui/meeting-state.tsx";
import type { Meeting } from "./fetch-meetings.ts";

const WORDS: Record<Mark, string> = { no_show: "No-show", met: "Met" };

/** Marks a meeting by hand, after a question, where the reader may and where it can be. */
export function MarkButton({ meeting }: { meeting: Meeting }) {
  if (!useMayDo("sales") || isUnderWay(meeting.state, meeting.end_time)) return null;
  const name = meeting.person ?? meeting.email;
  return listMarks(meeting).map((mark) => (
    <Button
      key={mark}
      size="compact-xs"
      variant="default"
      onClick={() => markMeeting(meeting, mark)}
      aria-label={`Mark the meeting with ${name} as ${WORDS[mark].toLowerCase()}`}
    >
      {WORDS[mark]}
    </Button>
  ));
}
