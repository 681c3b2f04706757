import { Button } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { formatNumber } from "./format.ts";

interface Props<Row> {
  rows: Row[];
  /** What they are called. */
  word: string;
  children: (rows: Row[]) => ReactNode;
}

/** So many tell what there is, and leave what comes below in reach. */
const FIRST = 10;

/** The first rows of a list; all of them when somebody asks. */
export function First<Row>({ rows, word, children }: Props<Row>) {
  const [isAll, setAll] = useState(false);
  if (rows.length <= FIRST) return children(rows);
  return (
    <>
      {children(isAll ? rows : rows.slice(0, FIRST))}
      <Button variant="default" size="xs" mt="sm" onClick={() => setAll(!isAll)}>
        {isAll ? `The first ${FIRST} ${word}` : `All ${formatNumber(rows.length)} ${word}`}
      </Button>
    </>
  );
}
