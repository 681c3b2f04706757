import { ActionIcon, Button, Group, NativeSelect, Text, Title } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useLive } from "../live/use-live.ts";
import { fetchHosts } from "../numbers/fetch-numbers.ts";
import { useParams } from "../router.ts";
import { useMember } from "../session/member.ts";
import { CsvButton } from "../ui/csv-button.tsx";
import { readZone } from "../ui/format.ts";
import { fetchAll } from "../ui/list.ts";
import { MEETING_CSV } from "../ui/meeting-csv.ts";
import { saveCsv } from "../ui/save-csv.ts";
import { Empty, Show } from "../ui/states.tsx";
import { DayList } from "./days.tsx";
import { fetchMeetings, listMeetings, type Meeting, MOST, type Span } from "./fetch-meetings.ts";
import classes from "./meetings.module.css";
import { addDays, formatWeek, startOfWeek } from "./week.ts";

/** In the address, instead of a host. */
const EVERYBODY = "all";

/** The meetings of a week, today's first. Who hosts meetings sees their own from the start. */
export default function MeetingsPage() {
  const hosts = useLive(["hosts"], fetchHosts);
  return (
    <Show live={hosts}>
      {(rows) => <Week hosts={rows.map(({ host }) => host)} />}
    </Show>
  );
}

function Week({ hosts }: { hosts: string[] }) {
  const [params, change] = useParams();
  const me = useMember().data?.email ?? "";
  const chosen = params.get("host") ?? (hosts.includes(me) ? me : EVERYBODY);
  const offset = Number(params.get("week") ?? 0) || 0;
  const from = startOfWeek(new Date(), offset);
  const until = addDays(from, 7);
  const span: Span = {
    from,
    until,
    host: chosen === EVERYBODY ? null : chosen,
  };
  const live = useLive(
    ["meetings", from.getTime(), span.host],
    () => fetchMeetings(span),
  );
  const turn = (weeks: number) => change({ week: weeks === 0 ? null : String(weeks) });
  return (
    <div className={classes.page}>
      <div className={classes.heading}>
        <div>
          <Title order={1} size="h3">
            {chosen === me ? "My meetings" : "Meetings"}
          </Title>
          <Text size="sm" c="dimmed">
            {formatWeek(from)} · times in {readZone()}
          </Text>
        </div>
        <Group gap="xs">
          <NativeSelect
            aria-label="Host"
            size="xs"
            value={chosen}
            onChange={(event) => change({ host: event.currentTarget.value })}
            data={[
              { value: EVERYBODY, label: "All hosts" },
              ...new Set([...hosts, ...(chosen === EVERYBODY ? [] : [chosen])]),
            ]}
          />
          <Group gap={4} role="group" aria-label="Week">
            <ActionIcon
              variant="default"
              size={30}
              aria-label="The week before"
              onClick={() => turn(offset - 1)}
            >
              <IconChevronLeft size={16} />
            </ActionIcon>
            <Button
              variant="default"
              size="xs"
              disabled={offset === 0}
              onClick={() => turn(0)}
            >
              This week
            </Button>
            <ActionIcon
              variant="default"
              size={30}
              aria-label="The week after"
              onClick={() => turn(offset + 1)}
            >
              <IconChevronRight size={16} />
            </ActionIcon>
          </Group>
          <CsvButton
            save={async () =>
              saveCsv("meetings", MEETING_CSV, (await fetchAll(listMeetings(span))).reverse())}
            isDisabled={!live.data?.length}
          />
        </Group>
      </div>
      <Show live={live}>
        {(meetings) => <Shown meetings={meetings} hasToday={offset === 0} />}
      </Show>
    </div>
  );
}

function Shown(
  { meetings, hasToday }: { meetings: Meeting[]; hasToday: boolean },
) {
  if (meetings.length === 0) {
    return (
      <Empty
        title="No meetings in this week"
        hint="Choose another week, or another host."
      />
    );
  }
  return (
    <>
      <DayList meetings={meetings.slice(0, MOST)} hasToday={hasToday} />
      {meetings.length > MOST && (
        <Text c="dimmed" ta="center">
          Only the first {MOST} are shown. Choose a host; the file has them all.
        </Text>
      )}
    </>
  );
}
