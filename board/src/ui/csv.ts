/** What a table shows, as a file for a spreadsheet. */

export type Cell = string | number | boolean | null | undefined;

/**
 * Writes rows as CSV (RFC 4180), for Excel with a mark that it is UTF-8. What a spreadsheet would take
 * for a formula becomes text: names come from visitors.
 */
export function toCsv(titles: string[], rows: Cell[][]): string {
  return `\uFEFF${[titles, ...rows].map((row) => row.map(quote).join(",")).join("\r\n")}\r\n`;
}

/** How a formula begins; the wide forms, too, which some programs read as the others. */
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/;

function quote(cell: Cell): string {
  if (typeof cell === "number") return String(cell);
  const text = String(cell ?? "");
  // Spaces in front are cut off by some.
  const safe = FORMULA.test(text) || FORMULA.test(text.trimStart()) ? `'${text}` : text;
  return /[",;\t\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Hands a file to the reader. */
export function download(name: string, text: string, type = "text/csv;charset=utf-8"): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
