import { Table, Text } from "@mantine/core";
import { supabase, type Table as Row } from "../supabase.ts";
import { formatDateTime, formatNumber } from "../ui/format.ts";
import type { List } from "../ui/list.ts";
import { Pages } from "../ui/pager.tsx";
import { RowsTable } from "../ui/rows-table.tsx";
import { Empty } from "../ui/states.tsx";
import classes from "./operator.module.css";

type Pass = Pick<
  Row<"reconciliations">,
  | "id"
  | "kind"
  | "is_dry_run"
  | "started_at"
  | "finished_at"
  | "bookings"
  | "known"
  | "events_made"
  | "skipped"
  | "error"
>;

const LIST: List<Pass> = {
  from: () =>
    supabase()
      .from("reconciliations")
      .select("id,kind,is_dry_run,started_at,finished_at,bookings,known,events_made,skipped,error"),
  time: "started_at",
  id: "id",
};

/** Each pass through Cal.com's bookings, and what it found missing. */
export function Reconciliations() {
  return (
    <div className={classes.view}>
      <Text size="sm" c="dimmed">
        Once an hour the log is compared with Cal.com's bookings, and what it lacks is made up.
      </Text>
      <Pages name={["reconciliations"]} list={LIST}>
        {(passes) =>
          passes.length === 0
            ? <Empty title="Nobody has compared yet" hint="The first pass is a row here." />
            : (
              <RowsTable
                title="Passes"
                headings={[
                  "Started",
                  "Kind",
                  "Finished",
                  "Bookings",
                  "Known",
                  "Made up",
                  "Skipped",
                  "Error",
                ]}
              >
                {passes.map((pass) => (
                  <Table.Tr key={pass.id}>
                    <Table.Td className={classes.when}>{formatDateTime(pass.started_at)}</Table.Td>
                    <Table.Td>{pass.is_dry_run ? `${pass.kind}, dry run` : pass.kind}</Table.Td>
                    <Table.Td className={classes.when}>{formatDateTime(pass.finished_at)}</Table.Td>
                    <Table.Td>{formatNumber(pass.bookings)}</Table.Td>
                    <Table.Td>{formatNumber(pass.known)}</Table.Td>
                    <Table.Td>{formatNumber(pass.events_made)}</Table.Td>
                    <Table.Td>{formatNumber(pass.skipped)}</Table.Td>
                    <Table.Td className={classes.reason}>{pass.error}</Table.Td>
                  </Table.Tr>
                ))}
              </RowsTable>
            )}
      </Pages>
    </div>
  );
}
