import { Table } from "@mantine/core";
import { useParams } from "../router.ts";
import { formatDateTime } from "../ui/format.ts";
import { CalcomLink, PersonLink } from "../ui/meeting-links.tsx";
import { MEETING_STATES, MeetingState } from "../ui/meeting-state.tsx";
import { countMeetings, describeFilter, meetingsOf, readFilter } from "./behind.ts";
import { MEETING_CSV } from "../ui/meeting-csv.ts";
import { RowsTable } from "../ui/rows-table.tsx";
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
          headings={[
            "Meeting",
            "State",
            "Person",
            "Company",
            "Host",
            "Booked",
            "Lead time",
            "Link",
          ]}
        >
          {rows.map((row) => (
            <Table.Tr key={row.booking_id}>
              <Table.Td>{formatDateTime(row.start_time)}</Table.Td>
              <Table.Td>
                <MeetingState state={row.state} end={row.end_time} />
              </Table.Td>
              <Table.Td>
                <PersonLink meeting={row} />
              </Table.Td>
              <Table.Td>{row.company ?? "–"}</Table.Td>
              <Table.Td>{row.host ?? "–"}</Table.Td>
              <Table.Td>{formatDateTime(row.booked_at)}</Table.Td>
              <Table.Td>{row.lead_time ? formatDays(toDays(String(row.lead_time))) : "–"}</Table.Td>
              <Table.Td>
                <CalcomLink link={row.calcom_link} />
              </Table.Td>
            </Table.Tr>
          ))}
        </RowsTable>
      )}
    </Rows>
  );
}
