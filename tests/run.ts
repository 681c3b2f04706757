// deno-lint-ignore-file no-console -- a command line program
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unescape } from "npm:deno-std@1.4.0/html/entities.js";
import { runCommand } from "../local/command.ts";
import { startPostgres } from "../local/stack/postgres.ts";
import { FAST } from "./support/postgres.ts";

const HELP = `Runs everything: format, lint, types, and all tests (pgTAP included).

Usage: deno task test [--parallel]

  --parallel  several files at once: as many as there are processors

A part of the tests:  deno test -A tests/order.test.ts
                      deno test -A --filter "pgTAP: outbox"
DATABASE_URL (of a superuser) names another Postgres than the 17 from npm.`;

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Far more than the tests need, and less than a CI job that hangs. In milliseconds. */
const TIMEOUT = 20 * 60_000;

/** What came of a test. */
interface Result {
  name: string;
  state: "passed" | "failed" | "skipped";
}

async function main({ parallel }: { parallel?: unknown }): Promise<number> {
  const results: Result[] = [];
  for (const check of [["fmt", "--check"], ["lint"], ["check"]]) {
    console.log(`deno ${check.join(" ")}`);
    const isOk = await runDeno(check);
    results.push({ name: `deno ${check.join(" ")}`, state: isOk ? "passed" : "failed" });
  }
  results.push(...await runTests(parallel ? ["--parallel"] : []));

  const named = (state: Result["state"]) =>
    results.filter((result) => result.state === state).map(({ name }) => `  ${name}`);
  const [passed, failed, skipped] = [named("passed"), named("failed"), named("skipped")];
  if (skipped.length > 0) console.log(["\nSkipped:", ...skipped].join("\n"));
  if (failed.length > 0) console.log(["\nFailed:", ...failed].join("\n"));
  const last = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  console.log(`\n${passed.length} passed, ${failed.length} failed${last}`);
  return failed.length > 0 ? 1 : 0;
}

/** Runs `deno test` with one server for all files. */
async function runTests(options: string[]): Promise<Result[]> {
  const folder = await Deno.makeTempDir({ prefix: "calcom-deals-test-" });
  const report = join(folder, "report.xml");
  const server = Deno.env.has("DATABASE_URL") ? null : await startPostgres(FAST);
  try {
    const isOk = await runDeno(
      ["test", "-A", "--no-check", `--junit-path=${report}`, ...options],
      server === null ? {} : { DATABASE_URL: server.url },
    );
    const results = readJunit(await Deno.readTextFile(report).catch(() => ""));
    if (!isOk && results.every(({ state }) => state !== "failed")) {
      results.push({ name: "deno test", state: "failed" });
    }
    return results;
  } finally {
    await server?.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Reads the report of `deno test`. A test with steps counts by its steps, unless it failed itself. */
function readJunit(xml: string): Result[] {
  const all = Array.from(
    xml.matchAll(/<testcase name="(.*?)" classname="(.*?)".*?<\/testcase>/gs),
    ([text, name, file]) => {
      const isFailed = /<(?:failure|error)\b/.test(text!);
      const state = isFailed ? "failed" : text!.includes("<skipped") ? "skipped" : "passed";
      return { name: unescape(name!), file, state } as const;
    },
  );
  return all.filter(({ name, file, state }) => {
    const steps = all.filter((one) => one.file === file && one.name.startsWith(`${name} > `));
    return steps.length === 0 ||
      (state === "failed" && steps.every((step) => step.state !== "failed"));
  }).map(({ name, file, state }) => ({ name: `${name} (${file})`, state }));
}

async function runDeno(args: string[], env: Record<string, string> = {}): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    env,
    cwd: ROOT,
    stdin: "null",
    signal: AbortSignal.timeout(TIMEOUT),
  }).spawn().status;
  return success;
}

await runCommand(HELP, { parallel: { type: "boolean" } }, main);
