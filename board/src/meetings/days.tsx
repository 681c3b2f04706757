import { Paper, Text, Title } from "@mantine/core";
import { formatDay, formatTime } from "../ui/format.ts";
import { CalcomLink, PersonLink } from "../ui/meeting-links.tsx";
import { MeetingState } from "../ui/meeting-state.tsx";
import type { Meeting } from "./fetch-meetings.ts";
import { MarkButton } from "./mark-button.tsx";
import classes from "./meetings.module.css";
import { isSameDay } from "./week.ts";

interface Day {
  date: Date;
  meetings: Meeting[];
}

/** Meetings day by day; today's stand above the others. */
export function DayList(
  { meetings, hasToday }: { meetings: Meeting[]; hasToday: boolean },
) {
  const days = groupByDay(meetings);
  const today = days.find(({ date }) => isSameDay(date, new Date()));
  const others = days.filter((day) => day !== today);
  return (
    <>
      {hasToday && (
        <section className={classes.day}>
          <Title order={2} size="h4">Today</Title>
          {today ? <Meetings day={today} /> : <Text c="dimmed">No meetings today.</Text>}
        </section>
      )}
      {hasToday && others.length > 0 && <Title order={2} size="h4">This week</Title>}
      {others.map((day) => (
        <section key={day.date.toDateString()} className={classes.day}>
          <Title order={hasToday ? 3 : 2} size="h5">
            {formatDay(day.meetings[0]!.start_time)}
          </Title>
          <Meetings day={day} />
        </section>
      ))}
    </>
  );
}

function Meetings({ day }: { day: Day }) {
  return (
    <Paper component="ul" className={classes.meetings} withBorder>
      {day.meetings.map((meeting) => (
        <li
          key={meeting.booking_id}
          className={classes.meeting}
          data-booking={meeting.calcom_uid}
        >
          <span className={classes.time}>
            {formatTimes(meeting)}
          </span>
          <span className={classes.who}>
            <PersonLink meeting={meeting} />
            <Text component="span" size="sm" c="dimmed" truncate>
              {[meeting.company, meeting.title].filter(Boolean).join(" · ")}
            </Text>
          </span>
          <Text
            component="span"
            size="sm"
            c="dimmed"
            className={classes.host}
            truncate
          >
            {meeting.host}
          </Text>
          <span className={classes.state}>
            <MeetingState state={meeting.state} end={meeting.end_time} />
          </span>
          <span className={classes.actions}>
            <MarkButton meeting={meeting} />
            <CalcomLink link={meeting.calcom_link} />
          </span>
        </li>
      ))}
    </Paper>
  );
}

const times = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** 8:00 – 8:30; of a meeting that ends on another day without the days. */
function formatTimes({ start_time, end_time }: Meeting): string {
  if (!end_time) return formatTime(start_time);
  const [start, end] = [new Date(start_time!), new Date(end_time)];
  if (isSameDay(start, end)) return times.formatRange(start, end);
  return `${formatTime(start_time)} – ${formatTime(end_time)}`;
}

function groupByDay(meetings: Meeting[]): Day[] {
  const days: Day[] = [];
  for (const meeting of meetings) {
    const date = new Date(meeting.start_time!);
    const last = days.at(-1);
    if (last && isSameDay(last.date, date)) last.meetings.push(meeting);
    else days.push({ date, meetings: [meeting] });
  }
  return days;
}
