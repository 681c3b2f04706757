import { Table, Title, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
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
      <Table.ScrollContainer
        minWidth={900}
        scrollAreaProps={{
          viewportProps: { tabIndex: 0, role: "region", "aria-label": title },
        }}
      >
        <Table
          className={classes.table}
          highlightOnHover
          verticalSpacing="xs"
          horizontalSpacing={6}
        >
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{heading}</Table.Th>
              {MEASURES.map(({ column, label, meaning }) => (
                <Table.Th key={column} className={classes.number}>
                  <Tooltip label={meaning} multiline w={240}>
                    <span>{label}</span>
                  </Tooltip>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr
                key={[row.level, row.brand, row.host, row.since].join()}
                className={isSum?.(row) ? classes.sum : undefined}
              >
                <Table.Th
                  scope="row"
                  className={isSum && !isSum(row) ? classes.part : undefined}
                >
                  {nameOf(row)}
                </Table.Th>
                {MEASURES.map((measure) => (
                  <Table.Td
                    key={measure.column}
                    className={classes.number}
                    data-measure={measure.column}
                  >
                    <NumberLink measure={measure} numbers={row} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
