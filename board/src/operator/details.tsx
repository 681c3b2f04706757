import { ActionIcon, Code, Table } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";
import classes from "./operator.module.css";

interface Props {
  /** What it is, for who cannot see the row. */
  name: string;
  /** The cells of the row, after the one that opens it. */
  cells: ReactNode;
  columns: number;
  /** What is under the row; made when it is opened. */
  details: () => ReactNode;
}

/** A row of a table with more under it. */
export function OpeningRow({ name, cells, columns, details }: Props) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <>
      <Table.Tr>
        <Table.Td className={classes.opener}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`Details of ${name}`}
            aria-expanded={isOpen}
            aria-controls={isOpen ? id : undefined}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? <IconChevronDown size={16} /> : <IconChevronRight size={16} />}
          </ActionIcon>
        </Table.Td>
        {cells}
      </Table.Tr>
      {isOpen && (
        <Table.Tr id={id}>
          <Table.Td colSpan={columns + 1} className={classes.details}>{details()}</Table.Td>
        </Table.Tr>
      )}
    </>
  );
}

/** A text as it is, whatever is in it. */
export function Raw({ label, children }: { label: string; children: string }) {
  return (
    <Code block className={classes.raw} tabIndex={0} role="region" aria-label={label}>
      {children}
    </Code>
  );
}

/** JSON as it is. */
export function RawJson({ label, value }: { label: string; value: unknown }) {
  return <Raw label={label}>{JSON.stringify(value, null, 2)}</Raw>;
}
