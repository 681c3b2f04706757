import "@mantine/charts/styles.css";
import { BarChart, LineChart } from "@mantine/charts";
import { Paper, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { go } from "../router.ts";
import { formatNumber, formatPercent } from "../ui/format.ts";
import { formatDays, formatStep, toDays } from "./format.ts";
import { type Column, measureOf, type Numbers } from "./measures.ts";
import { linkToRows } from "./number-link.tsx";
import classes from "./numbers.module.css";

/** What became of the meetings, from the ground up. Colours that colour-blind readers tell apart. */
const OUTCOMES: { column: Column; color: string }[] = [
  { column: "met", color: "var(--plot-met)" },
  { column: "to_come", color: "var(--plot-to-come)" },
  { column: "over", color: "var(--plot-over)" },
  { column: "no_show", color: "var(--plot-no-show)" },
  { column: "cancelled", color: "var(--plot-cancelled)" },
];

/** The topmost and outermost points are whole. */
const SPACE = { margin: { top: 8, right: 8 } };

const LOOKS = {
  h: 240,
  dataKey: "label",
  withLegend: true,
  legendProps: { verticalAlign: "bottom" as const, itemSorter: null },
  tickLine: "none" as const,
  gridAxis: "x" as const,
  xAxisProps: { interval: "preserveStartEnd" as const, minTickGap: 24 },
  yAxisProps: { width: 48 },
};

/** The plots. The table below them says the same. */
export function Plots({ unit, steps }: { unit: string; steps: Numbers[] }) {
  const points = steps.map((step) => ({
    label: formatStep(unit, step.since),
    step,
    ...Object.fromEntries(
      OUTCOMES.map(({ column }) => [column, Number(step[column])]),
    ),
    show_rate: toNumber(step.show_rate),
    met_rate: toNumber(step.met_rate),
    lead: step.median_lead_time === null ? null : toDays(String(step.median_lead_time)),
  }));
  return (
    <div className={classes.plots}>
      <Plot title={`Meetings by the ${unit} in which they were booked`} isWide>
        <BarChart
          {...LOOKS}
          data={points}
          type="stacked"
          barChartProps={SPACE}
          series={OUTCOMES.map(({ column, color }) => ({
            name: column,
            label: measureOf(column).label,
            color,
          }))}
          yAxisProps={{ ...LOOKS.yAxisProps, allowDecimals: false }}
          maxBarWidth={36}
          barProps={({ name }) => ({
            cursor: "pointer",
            isAnimationActive: false,
            onClick: ({ payload }: { payload?: { step: Numbers } }) => {
              if (payload) {
                go(
                  linkToRows(measureOf(name as Column), payload.step),
                );
              }
            },
          })}
        />
      </Plot>
      <Plot title="Show rate, and deals that got from booked to met">
        <LineChart
          {...LOOKS}
          data={points}
          series={[
            { name: "show_rate", label: "Show rate", color: "var(--plot-met)" },
            {
              name: "met_rate",
              label: "Booked → met",
              color: "var(--plot-to-come)",
            },
          ]}
          valueFormatter={formatPercent}
          yAxisProps={{ ...LOOKS.yAxisProps, domain: [0, 1] }}
          curveType="linear"
          lineChartProps={SPACE}
          connectNulls={false}
          lineProps={{ isAnimationActive: false }}
        />
      </Plot>
      <Plot title="Median time from booking to meeting, in days">
        <LineChart
          {...LOOKS}
          data={points}
          series={[{
            name: "lead",
            label: "Lead time",
            color: "var(--plot-lead)",
          }]}
          valueFormatter={formatDays}
          yAxisProps={{ ...LOOKS.yAxisProps, tickFormatter: formatNumber }}
          curveType="linear"
          lineChartProps={SPACE}
          connectNulls={false}
          lineProps={{ isAnimationActive: false }}
        />
      </Plot>
    </div>
  );
}

function Plot(
  { title, isWide, children }: {
    title: string;
    isWide?: boolean;
    children: ReactNode;
  },
) {
  return (
    <Paper
      component="figure"
      className={isWide ? `${classes.plot} ${classes.wide}` : classes.plot}
      withBorder
      p="md"
    >
      <Title component="figcaption" order={3} size="h5" mb="sm">{title}</Title>
      {children}
    </Paper>
  );
}

function toNumber(value: number | null): number | null {
  return value === null ? null : Number(value);
}
