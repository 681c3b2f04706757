/** One figure: what was measured against what, in the same run. */
export interface Result {
  what: string;
  /** The two numbers, as "ours / theirs". */
  measured: string;
  ratio: number;
  /** What the ratio should be; nothing when it is told for information. */
  wanted?: string;
  isMet: boolean;
}

/** The middle one of several measurements. */
export function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** The results as a Markdown table. */
export function toTable(results: Result[]): string {
  return [
    "| measured | figures | ratio | wanted |",
    "| --- | --- | --- | --- |",
    ...results.map(({ what, measured, ratio, wanted }) =>
      `| ${what} | ${measured} | ${ratio.toFixed(2)} | ${wanted ?? ""} |`
    ),
  ].join("\n");
}
