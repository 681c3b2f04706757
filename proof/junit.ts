import type { Tally } from "./tap.ts";

/**
 * Counts the tests in a report that `deno test --junit-path` wrote. Steps count like tests.
 *
 * @param xml the report, or an empty string when there is none
 */
export function readJunit(xml: string): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const [test] of xml.matchAll(/<testcase\b.*?<\/testcase>/gs)) {
    if (/<(?:failure|error)\b/.test(test)) tally.failed += 1;
    else if (test.includes("<skipped")) tally.skipped += 1;
    else tally.passed += 1;
  }
  return tally;
}
