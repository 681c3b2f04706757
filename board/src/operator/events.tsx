import { Badge, Group, Text } from "@mantine/core";
import { useLive } from "../live/use-live.ts";
import { useParams } from "../router.ts";
import { CsvButton } from "../ui/csv-button.tsx";
import { formatAgo, formatDateTime } from "../ui/format.ts";
import { fetchAll } from "../ui/list.ts";
import { Pages } from "../ui/pager.tsx";
import { type Column, RowsTable } from "../ui/rows-table.tsx";
import { type CsvColumn, saveCsv } from "../ui/save-csv.ts";
import { Empty, Show } from "../ui/states.tsx";
import { Raw, RawJson } from "./details.tsx";
import { type Event, fetchBody, listEvents } from "./fetch-events.ts";
import { FilterLine } from "./filter-line.tsx";
import { useLogCounts, withCount } from "./log-counts.ts";
import { Operation } from "./operation.tsx";
import { retryEvent, retryFailedEvents } from "./operations.ts";
import classes from "./operator.module.css";

/** Every outcome with its colour, the troublesome first. */
const OUTCOMES: Record<string, { label: string; color: string }> = {
  failed: { label: "Failed", color: "red" },
  pending: { label: "Pending", color: "yellow" },
  waiting: { label: "Waiting", color: "yellow" },
  applied: { label: "Applied", color: "teal" },
  ignored: { label: "Ignored", color: "gray" },
  duplicate: { label: "Duplicate", color: "gray" },
};

/** The log: every event with what became of it and why. */
export function Events() {
  const [params] = useParams();
  const counts = useLogCounts()?.events;
  const outcome = params.get("outcome");
  const search = params.get("search");
  const list = listEvents(outcome, search);
  return (
    <div className={classes.view}>
      <Group justify="space-between">
        <FilterLine
          name="outcome"
          label="Outcome"
          options={Object.entries(OUTCOMES).map(([value, { label }]) => ({
            value,
            label: withCount(label, counts?.[value]),
          }))}
          search="Mail address or Cal.com uid"
        />
        <Group gap="xs">
          <Operation
            question={{
              title: "Decide all failed events again?",
              text:
                "Every event that failed becomes pending, and is decided anew within a minute: applied, if its " +
                "trouble is mended, else it fails again. Mails that they owe go out as far as they are still true.",
              action: "Decide them again",
            }}
            run={retryFailedEvents}
          >
            Retry all failed
          </Operation>
          <CsvButton
            save={async () => saveCsv("events", CSV, await fetchAll(list))}
          />
        </Group>
      </Group>
      <Pages name={["events", outcome, search]} list={list}>
        {(events) =>
          events.length === 0
            ? (
              <Empty
                title="No such events"
                hint="Choose another outcome, or look for another text."
              />
            )
            : (
              <RowsTable
                title="Events"
                rows={events}
                keyOf={({ id }) => id}
                columns={COLUMNS}
                details={{
                  nameOf,
                  show: (event) => <EventDetails event={event} />,
                }}
              />
            )}
      </Pages>
    </div>
  );
}

const COLUMNS: Column<Event>[] = [
  {
    title: "Received",
    kind: "word",
    cell: ({ received_at }) => (
      <span title={formatDateTime(received_at)}>{formatAgo(received_at)}</span>
    ),
  },
  { title: "Event", kind: "name", cell: ({ trigger }) => trigger ?? "–" },
  {
    title: "Outcome",
    kind: "word",
    cell: ({ outcome }) => (
      <Badge
        variant="dot"
        tt="none"
        className={classes.badge}
        color={OUTCOMES[outcome]?.color ?? "gray"}
      >
        {OUTCOMES[outcome]?.label ?? outcome}
      </Badge>
    ),
  },
  { title: "Booker", cell: ({ booker_email }) => booker_email },
  { title: "Reason", kind: "text", cell: ({ reason }) => reason },
  { title: "", cell: (event) => <Retry event={event} /> },
];

function nameOf({ trigger, received_at }: Event): string {
  return `${trigger ?? "the event"} of ${formatDateTime(received_at)}`;
}

function Retry({ event }: { event: Event }) {
  const { id, trigger, outcome } = event;
  if (outcome !== "failed" && outcome !== "pending") return null;
  return (
    <Operation
      size="compact-xs"
      aria-label={`Retry ${nameOf(event)}`}
      question={{
        title: "Decide this event again?",
        text:
          `${trigger} is decided now: applied, if what kept it from that is mended, else it fails again. ` +
          "A mail that it owes goes out, as far as it is still true.",
        action: "Decide it again",
      }}
      run={() => retryEvent(id)}
    >
      Retry
    </Operation>
  );
}

function EventDetails({ event }: { event: Event }) {
  const live = useLive(["event body", event.id], () => fetchBody(event.id));
  const facts = [
    `received ${formatDateTime(event.received_at)}`,
    event.decided_at && `decided ${formatDateTime(event.decided_at)}`,
    `${event.attempts} ${event.attempts === 1 ? "attempt" : "attempts"}`,
    `source ${event.source}`,
    event.uid && `uid ${event.uid}`,
    event.new_uid && `new uid ${event.new_uid}`,
    event.repeat_count && `repeated ${event.repeat_count} times`,
    `id ${event.id}`,
  ];
  return (
    <>
      <Text size="xs" c="dimmed" mb="xs">
        {facts.filter(Boolean).join(" · ")}
      </Text>
      <Show live={live}>
        {({ payload, raw_body }) => (
          <>
            <RawJson label="Payload" value={payload} />
            {raw_body !== null && <Raw label="Bytes as received">{String(raw_body)}</Raw>}
          </>
        )}
      </Show>
    </>
  );
}

const CSV: CsvColumn<Event>[] = [
  ["Received", (event) => event.received_at],
  ["Event", (event) => event.trigger],
  ["Outcome", (event) => event.outcome],
  ["Reason", (event) => event.reason],
  ["Booker", (event) => event.booker_email],
  ["Uid", (event) => event.uid],
  ["Source", (event) => event.source],
  ["Attempts", (event) => event.attempts],
  ["Id", (event) => event.id],
];
