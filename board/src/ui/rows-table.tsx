import { Table } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./rows-table.module.css";

interface Props {
  title: string;
  /** An empty one is a column of buttons. */
  headings: string[];
  /** The rows. */
  children: ReactNode;
}

/** A table that may be wider than the window. */
export function RowsTable({ title, headings, children }: Props) {
  return (
    <Table.ScrollContainer
      minWidth={900}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": title } }}
    >
      <Table highlightOnHover verticalSpacing="xs" fz="sm">
        <Table.Thead>
          <Table.Tr>
            {headings.map((heading, place) =>
              heading
                ? <Table.Th key={place} className={classes.heading}>{heading}</Table.Th>
                : <Table.Td key={place} />
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
