import { Text } from "@mantine/core";
import { supabase, type Table as Row } from "../supabase.ts";
import { formatDateTime, formatNumber } from "../ui/format.ts";
import type { List } from "../ui/list.ts";
import { Pages } from "../ui/pager.tsx";
import { type Column, RowsTable } from "../ui/rows-table.tsx";
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
      .select(
        "id,kind,is_dry_run,started_at,finished_at,bookings,known,events_made,skipped,error",
      ),
  time: "started_at",
  id: "id",
};

const COLUMNS: Column<Pass>[] = [
  {
    title: "Started",
    kind: "word",
    cell: (pass) => formatDateTime(pass.started_at),
  },
  {
    title: "Kind",
    cell: ({ kind, is_dry_run }) => is_dry_run ? `${kind}, dry run` : kind,
  },
  {
    title: "Finished",
    kind: "word",
    cell: (pass) => formatDateTime(pass.finished_at),
  },
  {
    title: "Bookings",
    kind: "number",
    cell: (pass) => formatNumber(pass.bookings),
  },
  { title: "Known", kind: "number", cell: (pass) => formatNumber(pass.known) },
  {
    title: "Made up",
    kind: "number",
    cell: (pass) => formatNumber(pass.events_made),
  },
  {
    title: "Skipped",
    kind: "number",
    cell: (pass) => formatNumber(pass.skipped),
  },
  { title: "Error", kind: "text", cell: (pass) => pass.error },
];

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
            ? (
              <Empty
                title="Nobody has compared yet"
                hint="The first pass is a row here."
              />
            )
            : (
              <RowsTable
                title="Passes"
                rows={passes}
                keyOf={({ id }) => id}
                columns={COLUMNS}
              />
            )}
      </Pages>
    </div>
  );
}
