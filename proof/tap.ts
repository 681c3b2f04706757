/** What a run of tests came to. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** What one file of TAP says. */
export interface TapResult extends Tally {
  /** Every failure, with its diagnostics below it. */
  problems: string[];
}

const TEST = /^(?<not>not )?ok\b/;
const PLAN = /^1\.\.(?<count>\d+)/;
const DIRECTIVE = /# (?:todo|skip)\b/i;

/**
 * Reads TAP (the Test Anything Protocol) as pgTAP writes it. A plan that is missing or not kept is
 * a failure of its own: a file that stopped halfway must not look green.
 *
 * @param text any text; lines that are not TAP are passed over
 */
export function readTap(text: string): TapResult {
  const result: TapResult = { passed: 0, failed: 0, skipped: 0, problems: [] };
  const plans: number[] = [];
  let ran = 0;
  let isFailing = false;

  for (const line of text.split("\n")) {
    const test = TEST.exec(line);
    const plan = PLAN.exec(line);
    if (test) {
      ran += 1;
      isFailing = false;
      if (DIRECTIVE.test(line)) result.skipped += 1;
      else if (test.groups?.not === undefined) result.passed += 1;
      else {
        isFailing = true;
        result.failed += 1;
        result.problems.push(line);
      }
    } else if (plan) {
      plans.push(Number(plan.groups?.count));
    } else if (isFailing && line.startsWith("#")) {
      result.problems.push(`  ${line}`);
    }
  }

  const broken = brokenPlan(plans, ran);
  if (broken !== null) {
    result.failed += 1;
    result.problems.push(broken);
  }
  return result;
}

function brokenPlan(plans: number[], ran: number): string | null {
  if (plans.length !== 1) return `Expected one plan, found ${plans.length}`;
  return plans[0] === ran ? null : `Planned ${plans[0]} tests, ran ${ran}`;
}
