import { Anchor } from "@mantine/core";
import { linkTo, useParams } from "../router.ts";
import { formatDateTime } from "../ui/format.ts";
import { countDeals, type Deal, dealsOf, describeFilter, readFilter } from "./behind.ts";
import { DEAL_CSV } from "../ui/deal-csv.ts";
import { type Column, RowsTable } from "../ui/rows-table.tsx";
import { type Stage, STAGES } from "../ui/stages.ts";
import { Rows } from "./rows.tsx";

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
          rows={rows}
          keyOf={({ deal_id }) => deal_id!}
          columns={COLUMNS}
        />
      )}
    </Rows>
  );
}

const COLUMNS: Column<Deal>[] = [
  {
    title: "Company",
    kind: "name",
    cell: (row) => <Anchor href={linkTo("deal", row.deal_id)} inherit>{row.company}</Anchor>,
  },
  {
    title: "Now",
    kind: "word",
    cell: (row) => STAGES[row.stage as Stage]?.label ?? row.stage,
  },
  { title: "People", cell: (row) => row.people ?? "–" },
  { title: "Host", cell: (row) => row.host ?? "–" },
  {
    title: "Opened",
    kind: "word",
    cell: (row) => formatDateTime(row.opened_at),
  },
  {
    title: "What happened last",
    kind: "text",
    cell: (row) => row.last_happening ?? "–",
  },
];
