import { useParams } from "../router.ts";
import { formatDateTime } from "../ui/format.ts";
import { CalcomLink, PersonLink } from "../ui/meeting-links.tsx";
import { MEETING_STATES, MeetingState } from "../ui/meeting-state.tsx";
import { countMeetings, describeFilter, type Meeting, meetingsOf, readFilter } from "./behind.ts";
import { MEETING_CSV } from "../ui/meeting-csv.ts";
import { type Column, RowsTable } from "../ui/rows-table.tsx";
import { formatDays, toDays } from "./format.ts";
import { Rows } from "./rows.tsx";

/** The meetings that a number counts. */
export function MeetingRows() {
  const [params] = useParams();
  const filter = readFilter(params);
  const states = filter.states?.map((state) => MEETING_STATES[state] ?? state)
    .join(" or ");
  return (
    <Rows
      name={["behind", "meetings", params.toString()]}
      words={["meeting", "meetings"]}
      filter={[states, describeFilter(filter, "booked")].filter(Boolean).join(
        " · ",
      )}
      list={meetingsOf(filter)}
      count={() => countMeetings(filter)}
      csv={MEETING_CSV}
    >
      {(rows) => (
        <RowsTable
          title="Meetings"
          rows={rows}
          keyOf={({ booking_id }) => booking_id!}
          columns={COLUMNS}
        />
      )}
    </Rows>
  );
}

const COLUMNS: Column<Meeting>[] = [
  {
    title: "Meeting",
    kind: "word",
    cell: (row) => formatDateTime(row.start_time),
  },
  {
    title: "State",
    kind: "word",
    cell: (row) => <MeetingState state={row.state} end={row.end_time} />,
  },
  { title: "Person", kind: "name", cell: (row) => <PersonLink meeting={row} /> },
  { title: "Company", cell: (row) => row.company ?? "–" },
  { title: "Host", cell: (row) => row.host ?? "–" },
  {
    title: "Booked",
    kind: "word",
    cell: (row) => formatDateTime(row.booked_at),
  },
  {
    title: "Lead time",
    kind: "word",
    cell: (row) => row.lead_time ? formatDays(toDays(String(row.lead_time))) : "–",
  },
  {
    title: "Link",
    kind: "word",
    cell: (row) => <CalcomLink link={row.calcom_link} />,
  },
];
