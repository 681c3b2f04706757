// deno-lint-ignore-file no-console -- a command line program
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { readJunit } from "./junit.ts";
import { runPgtap } from "./pgtap.ts";
import { hasPostgres, NO_POSTGRES } from "./postgres.ts";
import type { Tally } from "./tap.ts";

/** A part of the tests that can be run alone with `--only`. */
interface Part {
  title: string;
  run: () => Promise<Tally>;
}

const PARTS: Record<string, Part> = {
  lint: { title: "Format, lint and types", run: runStaticChecks },
  pgtap: { title: "pgTAP on an embedded Postgres", run: runPgtapTests },
  deno: {
    title: "Deno tests",
    run: () => runDenoTests([`--ignore=${PROOF_FOLDER}`, "."]),
  },
  proof: { title: "Proof on a real Postgres", run: runProof },
};

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The tests that are about a real Postgres. All others are Deno tests, wherever they are. */
const PROOF_FOLDER = "proof";

/** Far more than any command needs, and less than a CI job that hangs. */
const COMMAND_TIMEOUT_MS = 15 * 60_000;

async function runStaticChecks(): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const check of [["fmt", "--check"], ["lint"], ["check"]]) {
    console.log(`deno ${check.join(" ")}`);
    tally[await runDeno(check) ? "passed" : "failed"] += 1;
  }
  return tally;
}

async function runPgtapTests(): Promise<Tally> {
  return await runPgtap((name, { passed, failed, problems }) => {
    console.log(`${failed === 0 ? "ok" : "FAILED"} ${name} (${passed} of ${passed + failed})`);
    for (const problem of problems) console.log(problem.replace(/^/gm, "    "));
  });
}

async function runProof(): Promise<Tally> {
  if (!await hasPostgres()) console.log(`${NO_POSTGRES}.`);
  return await runDenoTests([PROOF_FOLDER]);
}

/** Runs `deno test`; what breaks outside of a test counts as one failure. */
async function runDenoTests(args: string[]): Promise<Tally> {
  const folder = await Deno.makeTempDir({ prefix: "calcom-deals-test-" });
  const report = join(folder, "report.xml");
  try {
    // Without types: they are a check of their own.
    const isOk = await runDeno(["test", "-A", "--no-check", `--junit-path=${report}`, ...args]);
    const tally = readJunit(await Deno.readTextFile(report).catch(() => ""));
    if (!isOk && tally.failed === 0) tally.failed = 1;
    return tally;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function runDeno(args: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
    signal: AbortSignal.timeout(COMMAND_TIMEOUT_MS),
  }).spawn().status;
  return success;
}

/** Runs one part to its end, whatever happens in it. */
async function runPart({ title, run }: Part): Promise<Tally> {
  console.log(`\n=== ${title} ===\n`);
  try {
    return await run();
  } catch (error) {
    console.error(error);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

function inWords({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`;
}

/** The parts to run: all of them, or those named by `--only`. */
function chosenParts(): Part[] {
  const { values } = parseArgs({
    args: Deno.args.filter((argument) => argument !== "--"),
    options: { only: { type: "string", multiple: true } },
  });
  return (values.only ?? Object.keys(PARTS)).map((name) => {
    const part = PARTS[name];
    if (part === undefined) {
      throw new Error(`Cannot run only "${name}": choose from ${Object.keys(PARTS).join(", ")}`);
    }
    return part;
  });
}

async function main(): Promise<number> {
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  const lines: string[] = [];
  for (const part of chosenParts()) {
    const tally = await runPart(part);
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
    lines.push(`${part.title}: ${inWords(tally)}`);
  }
  console.log(`\n=== Summary ===\n\n${lines.join("\n")}\n\n${inWords(total)}`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

// Deno takes a file of this name for a test too, and would start everything once more from within.
if (import.meta.main) Deno.exit(await main());
