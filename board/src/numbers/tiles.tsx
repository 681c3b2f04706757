import { Paper, Text } from "@mantine/core";
import { formatMeasure } from "./format.ts";
import { type Column, measureOf, type Numbers } from "./measures.ts";
import { linkToRows } from "./number-link.tsx";
import classes from "./numbers.module.css";

const SHOWN: Column[] = [
  "bookings",
  "show_rate",
  "met_rate",
  "no_show",
  "cancelled",
  "median_lead_time",
];

/** The numbers of the whole time, each of which opens its rows. */
export function Tiles({ numbers }: { numbers: Numbers }) {
  return (
    <ul className={classes.tiles} aria-label="Numbers of the whole time">
      {SHOWN.map(measureOf).map((measure) => (
        <li key={measure.column}>
          <Paper
            component="a"
            href={linkToRows(measure, numbers)}
            className={classes.tile}
            withBorder
            p="md"
            title={measure.meaning}
          >
            <Text component="span" size="sm" c="dimmed">{measure.label}</Text>
            <span className={classes.value} data-measure={measure.column}>
              {formatMeasure(measure, numbers)}
            </span>
          </Paper>
        </li>
      ))}
    </ul>
  );
}
