import { Anchor, Table } from "@mantine/core";
import { linkTo, useParams } from "../router.ts";
import { formatDateTime } from "../ui/format.ts";
import { countDeals, dealsOf, describeFilter, readFilter } from "./behind.ts";
import { DEAL_CSV } from "../ui/deal-csv.ts";
import { RowsTable } from "../ui/rows-table.tsx";
import { Rows } from "./rows.tsx";

/** What `stage` of board_deals says, in words. */
const STAGES: Record<string, string> = {
  booked: "Booked",
  met: "Met",
  no_show: "No-show",
  cancelled: "Cancelled",
};

/** The deals that a number counts. */
export function DealRows() {
  const [params] = useParams();
  const filter = readFilter(params);
  const stages = filter.states && "got to met";
  return (
    <Rows
      name={["behind", "deals", params.toString()]}
      words={["deal", "deals"]}
      filter={[stages, describeFilter(filter, "opened")].filter(Boolean).join(
        " · ",
      )}
      list={dealsOf(filter)}
      count={() => countDeals(filter)}
      csv={DEAL_CSV}
    >
      {(rows) => (
        <RowsTable
          title="Deals"
          headings={[
            "Company",
            "Now",
            "People",
            "Host",
            "Opened",
            "What happened last",
          ]}
        >
          {rows.map((row) => (
            <Table.Tr key={row.deal_id}>
              <Table.Td>
                <Anchor href={linkTo("deal", row.deal_id)} inherit>
                  {row.company}
                </Anchor>
              </Table.Td>
              <Table.Td>{STAGES[row.stage ?? ""] ?? row.stage}</Table.Td>
              <Table.Td>{row.people ?? "–"}</Table.Td>
              <Table.Td>{row.host ?? "–"}</Table.Td>
              <Table.Td>{formatDateTime(row.opened_at)}</Table.Td>
              <Table.Td>{row.last_happening ?? "–"}</Table.Td>
            </Table.Tr>
          ))}
        </RowsTable>
      )}
    </Rows>
  );
}
