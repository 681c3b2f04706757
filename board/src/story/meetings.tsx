import { ActionIcon, Menu, Text } from "@mantine/core";
import { IconDots, IconExternalLink } from "@tabler/icons-react";
import { listMarks, type Mark, markMeeting, MARKS } from "../hand/mark-meeting.ts";
import type { Live } from "../live/use-live.ts";
import { linkTo } from "../router.ts";
import { useMayDo } from "../session/member.ts";
import type { View } from "../supabase.ts";
import { formatDateTime, formatMeeting, readZone } from "../ui/format.ts";
import { First } from "../ui/first.tsx";
import { MeetingState } from "../ui/meeting-state.tsx";
import { Section } from "../ui/section.tsx";
import { Show } from "../ui/states.tsx";
import type { Meeting } from "./fetch.ts";
import classes from "./story.module.css";

interface MeetingsProps {
  meetings: Live<Meeting[]>;
  /** Those of the meetings, which move when one of them is marked. */
  deals: View<"board_deals">[];
}

/** Meetings to come, the next one first, and those before, the last one first. */
export function Meetings({ meetings, deals }: MeetingsProps) {
  return (
    <Section title="Meetings" note={`Times are those of ${readZone()}`}>
      <Show live={meetings}>
        {(all) => {
          const isAhead = ({ state }: Meeting) => state === "to_come" || state === "unconfirmed";
          const ahead = all.filter(isAhead).toReversed();
          const before = all.filter((meeting) => !isAhead(meeting));
          return (
            <>
              {all.length === 0 && <Text c="dimmed">None.</Text>}
              <First rows={[...ahead, ...before]} word="meetings">
                {(rows) => (
                  <ul className={classes.rows}>
                    {rows.map((meeting) => (
                      <Row
                        key={meeting.booking_id}
                        meeting={meeting}
                        move={findDeal(meeting, all, deals)}
                      />
                    ))}
                  </ul>
                )}
              </First>
            </>
          );
        }}
      </Show>
    </Section>
  );
}

/** The deal that a mark moves: an active one, unless another meeting of it has taken place. */
function findDeal(meeting: Meeting, all: Meeting[], deals: View<"board_deals">[]) {
  const deal = deals.find(({ deal_id }) => deal_id === meeting.deal_id);
  const isMetOtherwise = all.some(({ deal_id, state, booking_id }) =>
    deal_id === meeting.deal_id && state === "met" && booking_id !== meeting.booking_id
  );
  return deal?.status === "active" && !isMetOtherwise ? deal : undefined;
}

function Row({ meeting, move }: { meeting: Meeting; move: View<"board_deals"> | undefined }) {
  const marks = listMarks(meeting);
  const mayMark = useMayDo("sales") && marks.length > 0;
  const who = meeting.person ?? meeting.email;
  return (
    <li className={classes.row} data-state={meeting.state}>
      <div className={classes.main}>
        <span className={classes.line}>
          <time
            dateTime={meeting.start_time ?? undefined}
            title={formatDateTime(meeting.start_time)}
          >
            {formatMeeting(meeting.start_time)}
          </time>
          <MeetingState state={meeting.state} />
        </span>
        <span className={classes.dim}>
          <a href={linkTo("person", meeting.person_id)}>{who}</a>
          {meeting.host && <>{" "}with {meeting.host}</>}
        </span>
        {meeting.title && <span className={classes.dim}>{meeting.title}</span>}
      </div>
      {meeting.calcom_link?.startsWith("https://") && (
        <ActionIcon
          component="a"
          href={meeting.calcom_link}
          target="_blank"
          rel="noreferrer"
          variant="subtle"
          color="gray"
          aria-label={`The booking of ${who} at Cal.com, in a new page`}
          title="At Cal.com"
        >
          <IconExternalLink size={16} stroke={1.6} />
        </ActionIcon>
      )}
      {mayMark && (
        <Menu>
          <Menu.Target>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={`More about the meeting with ${who}`}
            >
              <IconDots size={16} stroke={1.6} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {marks.map((mark: Mark) => (
              <Menu.Item
                key={mark}
                onClick={() => markMeeting(meeting, mark, move)}
              >
                {MARKS[mark]}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </li>
  );
}
