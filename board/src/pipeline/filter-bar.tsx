import { Button, NativeSelect } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { CsvButton } from "../ui/csv-button.tsx";
import type { Params } from "../router.ts";
import { formatDate, formatNumber } from "../ui/format.ts";
import type { Pipeline } from "./fetch.ts";
import { daysAgo, type Filters, findPeriod, NO_FILTERS, PERIODS } from "./filters.ts";
import classes from "./pipeline.module.css";

interface FilterBarProps {
  filters: Filters;
  pipeline: Pipeline | undefined;
  change: (changes: Params) => void;
}

/** Whose deals, of which brand and time, and whether there is a next meeting. */
export function FilterBar({ filters, pipeline, change }: FilterBarProps) {
  const period = findPeriod(filters);
  const total = pipeline?.columns.reduce((sum, column) => sum + column.total, 0);
  const isFiltered = Object.keys(filters).length > 0;
  return (
    <div className={classes.bar} role="group" aria-label="Filters">
      <NativeSelect
        aria-label="Host"
        size="xs"
        value={filters.host ?? ""}
        onChange={(event) => change({ host: event.currentTarget.value })}
        data={[
          { value: "", label: "All hosts" },
          ...withChosen(pipeline?.hosts, filters.host).map((host) => ({
            value: host,
            label: host,
          })),
        ]}
      />
      <NativeSelect
        aria-label="Brand"
        size="xs"
        value={filters.brand ?? ""}
        onChange={(event) => change({ brand: event.currentTarget.value })}
        data={[
          { value: "", label: "All brands" },
          ...withChosen(pipeline?.brands, filters.brand).map((brand) => ({
            value: brand,
            label: brand,
          })),
        ]}
      />
      <NativeSelect
        aria-label="Time"
        size="xs"
        value={period ?? (filters.since || filters.until ? "other" : "")}
        onChange={(event) => {
          const days = Number(event.currentTarget.value);
          change({ since: days ? daysAgo(days) : null, until: null });
        }}
        data={[
          { value: "", label: "Opened at any time" },
          ...PERIODS.map(({ days, label }) => ({ value: String(days), label })),
          ...(!period && (filters.since || filters.until)
            ? [{ value: "other", label: describe(filters) }]
            : []),
        ]}
      />
      <NativeSelect
        aria-label="Next meeting"
        size="xs"
        value={filters.next_meeting ?? ""}
        onChange={(event) => change({ next_meeting: event.currentTarget.value })}
        data={[
          { value: "", label: "With or without a next meeting" },
          { value: "true", label: "Next meeting booked" },
          { value: "false", label: "No next meeting" },
        ]}
      />
      {isFiltered && (
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          leftSection={<IconX size={14} />}
          onClick={() => change(NO_FILTERS)}
        >
          Clear
        </Button>
      )}
      <CsvButton
        save={async () => (await import("./export.ts")).saveDeals(filters)}
        isDisabled={!total}
      />
      <span className={classes.total} role="status">
        {total !== undefined && `${formatNumber(total)} ${total === 1 ? "deal" : "deals"}`}
      </span>
    </div>
  );
}

/** A link may name somebody who has no deal any more. */
function withChosen(values: string[] = [], chosen?: string): string[] {
  return !chosen || values.includes(chosen) ? values : [...values, chosen];
}

/** A period that a link names. */
function describe({ since, until }: Filters): string {
  const words = [since && `from ${formatDate(since)}`, until && `before ${formatDate(until)}`];
  return `Opened ${words.filter(Boolean).join(", ")}`;
}
