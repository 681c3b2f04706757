import { ActionIcon, Table, Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import classes from "./rows-table.module.css";
import { withoutTurns } from "./turn.ts";

/** A column of a table. */
export interface Column<Row> {
  /** Its heading; an empty one is a column of buttons. */
  title: string;
  cell: (row: Row) => ReactNode;
  /** "name": what the row is about. "word": on one line. "text": as long as it is. "number": under one another. */
  kind?: "name" | "word" | "text" | "number";
  /** What it says, for whoever points at the heading. */
  meaning?: string;
}

/** What is under a row, opened by a button in front of it. */
export interface Details<Row> {
  /** What the row is, for who cannot see it. */
  nameOf: (row: Row) => string;
  /** Made when it is opened. */
  show: (row: Row) => ReactNode;
}

interface Props<Row> {
  title: string;
  rows: Row[];
  keyOf: (row: Row) => string;
  columns: Column<Row>[];
  details?: Details<Row>;
  /** Whether a row counts what those below it count together. */
  isSum?: ((row: Row) => boolean) | undefined;
}

/** A table. Where its place is too narrow, each row is a block, with the headings over what they head. */
export function RowsTable<Row>({ title, rows, keyOf, ...looks }: Props<Row>) {
  const { columns, details } = looks;
  return (
    <div className={classes.place}>
      <Table
        className={classes.table}
        aria-label={title}
        highlightOnHover
        verticalSpacing="xs"
        horizontalSpacing={6}
        fz="sm"
      >
        <Table.Thead>
          <Table.Tr>
            {details && <Table.Td data-kind="opener" />}
            {columns.map(({ title, kind, meaning }) =>
              title
                ? (
                  <Table.Th key={title} data-kind={kind}>
                    {meaning
                      ? (
                        <Tooltip label={meaning} multiline w={240}>
                          <span>{title}</span>
                        </Tooltip>
                      )
                      : title}
                  </Table.Th>
                )
                : <Table.Td key={title} />
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => <RowView key={keyOf(row)} row={row} {...looks} />)}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function RowView<Row>(
  { row, columns, details, isSum }:
    & Omit<Props<Row>, "title" | "rows" | "keyOf">
    & { row: Row },
) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <Table.Tr
        data-sum={isSum?.(row) || undefined}
        data-part={isSum && !isSum(row) || undefined}
      >
        {details && (
          <Table.Td data-kind="opener">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Details of ${details.nameOf(row)}`}
              aria-expanded={isOpen}
              aria-controls={isOpen ? id : undefined}
              onClick={() => setOpen(!isOpen)}
            >
              {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
            </ActionIcon>
          </Table.Td>
        )}
        {columns.map(({ title, kind, cell }) =>
          kind === "name"
            ? (
              <Table.Th key={title} scope="row" data-kind={kind}>
                {say(cell(row))}
              </Table.Th>
            )
            : (
              <Table.Td
                key={title}
                data-kind={title ? kind : "act"}
                data-title={title || undefined}
              >
                {say(cell(row))}
              </Table.Td>
            )
        )}
      </Table.Tr>
      {details && isOpen && (
        <Table.Tr id={id}>
          <Table.Td colSpan={columns.length + 1} data-kind="details">
            {details.show(row)}
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

/** Texts have names in them. */
function say(content: ReactNode): ReactNode {
  return typeof content === "string" ? withoutTurns(content) : content;
}
