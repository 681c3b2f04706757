/** One figure: what was measured against what, in the same run. */
export interface Result {
  what: string;
  ours: number;
  theirs: number;
  /** How the figures are written. Default: whole numbers. */
  digits?: number;
  /** What the ratio should be; nothing when it is told for information. */
  wanted?: { atLeast: number } | { atMost: number };
}

/** The middle one of several measurements. */
export function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;
}

/** Whether the ratio is as it should be. */
export function isMet({ ours, theirs, wanted }: Result): boolean {
  const ratio = ours / theirs;
  if (wanted === undefined) return true;
  return "atLeast" in wanted ? ratio >= wanted.atLeast : ratio <= wanted.atMost;
}

/** The results as a Markdown table. */
export function toTable(results: Result[]): string {
  return [
    "| measured | figures | ratio | wanted |",
    "| --- | --- | --- | --- |",
    ...results.map(({ what, ours, theirs, digits = 0, wanted }) => {
      const figures = `${ours.toFixed(digits)} / ${theirs.toFixed(digits)}`;
      const limit = wanted === undefined
        ? ""
        : "atLeast" in wanted
        ? `at least ${wanted.atLeast}`
        : `at most ${wanted.atMost}`;
      return `| ${what} | ${figures} | ${(ours / theirs).toFixed(2)} | ${limit} |`;
    }),
  ].join("\n");
}
