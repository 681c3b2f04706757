/** One figure: what was measured against what, in the same run. */
export interface Result {
  what: string;
  ours: number;
  theirs: number;
  /** What the ratio should be; nothing when it is told for information. */
  wanted?: string;
}

/** How often each measurement is repeated; what counts is the median. */
export const ROUNDS = 5;

/** The middle one of several measurements. */
export function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

/** The results as a Markdown table. */
export function toTable(results: Result[]): string {
  const rows = results.map(({ what, ours, theirs, wanted = "" }) => {
    const digits = Math.min(ours, theirs) < 10 ? 2 : 0;
    const figures = `${ours.toFixed(digits)} / ${theirs.toFixed(digits)}`;
    return `| ${what} | ${figures} | ${(ours / theirs).toFixed(2)} | ${wanted} |`;
  });
  return ["| measured | figures | ratio | wanted |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}
