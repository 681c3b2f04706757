import { type Cell, download, toCsv } from "./csv.ts";

/** A column of a file: its heading, and what stands there for a row. */
export type CsvColumn<Row> = [heading: string, value: (row: Row) => Cell];

/**
 * Hands rows to the reader as a file.
 * @param name what is in it; the day and `.csv` follow
 */
export function saveCsv<Row>(name: string, columns: CsvColumn<Row>[], rows: Row[]): void {
  const cells = rows.map((row) => columns.map(([, value]) => value(row)));
  download(`${name}-${today()}.csv`, toCsv(columns.map(([heading]) => heading), cells));
}

/** The reader's day, in the order that sorts. */
export function today(now = new Date()): string {
  const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  return parts.map((part) => String(part).padStart(2, "0")).join("-");
}
