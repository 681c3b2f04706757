import { Anchor } from "@mantine/core";
import { linkTo } from "../router.ts";
import classes from "./numbers.module.css";
import { formatMeasure, hasEnd } from "./format.ts";
import type { Measure, Numbers } from "./measures.ts";

/** Instead of the name of a host or brand: of those that nobody hosts. */
export const NOBODY = "-";

/** The address of the rows that a number is made of. */
export function linkToRows({ behind }: Measure, numbers: Numbers): string {
  const { level, brand, host, since, until } = numbers;
  return linkTo("numbers", behind.of, {
    state: behind.states?.join(),
    since: hasEnd(since) ? since : null,
    until: hasEnd(until) ? until : null,
    brand: level === "brand" || level === "host" ? brand ?? NOBODY : null,
    host: level === "host" ? host ?? NOBODY : null,
  });
}

/** A number that opens its rows. */
export function NumberLink(
  { measure, numbers }: { measure: Measure; numbers: Numbers },
) {
  const text = formatMeasure(measure, numbers);
  const isNothing = text === "–" || (measure.kind !== "time" && !Number(numbers[measure.column]));
  if (isNothing) return <span data-measure={measure.column}>{text}</span>;
  return (
    <Anchor
      href={linkToRows(measure, numbers)}
      aria-label={`${measure.label}: ${text}, open its ${measure.behind.of}`}
      className={classes.link}
      data-measure={measure.column}
      inherit
    >
      {text}
    </Anchor>
  );
}
