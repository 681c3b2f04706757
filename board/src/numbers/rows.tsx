import { Anchor, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useLive } from "../live/use-live.ts";
import { linkTo } from "../router.ts";
import { CsvButton } from "../ui/csv-button.tsx";
import { type CsvColumn, saveCsv } from "../ui/save-csv.ts";
import { formatNumber } from "../ui/format.ts";
import { fetchAll, type List } from "../ui/list.ts";
import { Pages } from "../ui/pager.tsx";
import { Empty } from "../ui/states.tsx";
import classes from "./numbers.module.css";

interface Props<Row> {
  name: readonly unknown[];
  /** "51 meetings", with the word for one and for many. */
  words: [one: string, many: string];
  /** The filter in words. */
  filter: string;
  list: List<Row>;
  count: () => Promise<number>;
  csv: CsvColumn<Row>[];
  children: (rows: Row[]) => ReactNode;
}

/** The rows that a number is made of. */
export function Rows<Row>(
  { name, words, filter, list, count, csv, children }: Props<Row>,
) {
  const counted = useLive([...name, "count"], count).data;
  return (
    <div className={classes.page}>
      <div>
        <Anchor href={linkTo("numbers")} size="sm">← Numbers</Anchor>
        <div className={classes.heading}>
          <div>
            <Title order={1} size="h3">
              {counted === undefined ? words[1] : formatNumber(counted)}{" "}
              {counted !== undefined && words[counted === 1 ? 0 : 1]}
            </Title>
            {filter}
          </div>
          <CsvButton
            save={async () => saveCsv(words[1], csv, await fetchAll(list))}
            isDisabled={!counted}
          />
        </div>
      </div>
      <Pages name={name} list={list}>
        {(rows) =>
          rows.length > 0 ? children(rows) : (
            <Empty
              title="Nothing here"
              hint="No row is behind this number any more."
            />
          )}
      </Pages>
    </div>
  );
}
