import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import { type Column, RowsTable } from "../ui/rows-table.tsx";
import { MEASURES, type Numbers } from "./measures.ts";
import { NumberLink } from "./number-link.tsx";
import classes from "./numbers.module.css";

interface Props {
  title: string;
  rows: Numbers[];
  /** The heading of what names a row, and what stands there. */
  heading: string;
  nameOf: (row: Numbers) => string;
  /** Whether a row counts what those below it count together. */
  isSum?: (row: Numbers) => boolean;
  /** Beside the title. */
  children?: ReactNode;
}

/** Numbers row by row; each opens what it is made of. */
export function NumbersTable(
  { title, rows, heading, nameOf, isSum, children }: Props,
) {
  return (
    <section>
      <div className={classes.heading}>
        <Title order={2} size="h4">{title}</Title>
        {children}
      </div>
      <RowsTable
        title={title}
        rows={rows}
        keyOf={(row) => [row.level, row.brand, row.host, row.since].join()}
        isSum={isSum}
        columns={[
          { title: heading, kind: "name", cell: nameOf },
          ...MEASURES.map((measure): Column<Numbers> => ({
            title: measure.label,
            kind: "number",
            meaning: measure.meaning,
            cell: (row) => <NumberLink measure={measure} numbers={row} />,
          })),
        ]}
      />
    </section>
  );
}
