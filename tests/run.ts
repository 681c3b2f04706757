// deno-lint-ignore-file no-console -- a command line program
import { fileURLToPath } from "node:url";
import { unescape } from "npm:deno-std@1.4.0/html/entities.js";
import { runCommand } from "../local/command.ts";
import { startTestServer, TEMPLATES } from "./support/postgres.ts";

const HELP = `Runs everything: format, lint, types, and all tests (pgTAP included).

Usage: deno task test

A part of the tests:  deno test -A tests/order.test.ts
                      deno test -A --filter "pgTAP: outbox"
DATABASE_URL (of a superuser) names another Postgres than the 17 from npm.`;

/** Far more than the tests need, and less than a CI job that hangs. In milliseconds. */
const TIMEOUT = 60 * 60_000;

await runCommand(HELP, {}, async () => {
  const checks = [["fmt", "--check"], ["lint"], ["task", "--quiet", "check"]];
  const passed: string[] = [];
  const failed: string[] = [];
  for (const check of checks) {
    const name = `deno ${check.join(" ")}`;
    console.log(name);
    (await runDeno(check) ? passed : failed).push(name);
  }

  const report = await Deno.makeTempFile({ suffix: ".xml" });
  const server = await startTestServer();
  // As many files at once as there are processors, each with databases of its own on one server.
  const isOk = await runDeno(["test", "-A", "--no-check", "--parallel", `--junit-path=${report}`], {
    [TEMPLATES]: JSON.stringify(server.templates),
  }).finally(server.close);
  const tests = readJunit(await Deno.readTextFile(report));
  await Deno.remove(report);
  passed.push(...tests.passed);
  failed.push(...tests.failed);
  if (!isOk && failed.length === 0) failed.push("deno test");

  const { skipped } = tests;
  for (const [title, names] of Object.entries({ Skipped: skipped, Failed: failed })) {
    if (names.length > 0) console.log(`\n${title}:\n  ${names.join("\n  ")}`);
  }
  const last = skipped.length > 0 ? `, ${skipped.length} skipped` : "";
  console.log(`\n${passed.length} passed, ${failed.length} failed${last}`);
  return failed.length > 0 ? 1 : 0;
});

/** Reads the report of `deno test`. A test with steps counts by its steps, unless it failed itself. */
function readJunit(xml: string): Record<"passed" | "failed" | "skipped", string[]> {
  const all = Array.from(
    xml.matchAll(/<testcase name="(.*?)" classname="(.*?)".*?<\/testcase>/gs),
    ([text, name, file]) => ({
      name: `${unescape(name!)} (${file})`,
      start: `${unescape(name!)} > `,
      file,
      isFailed: /<(?:failure|error)\b/.test(text),
      isSkipped: text.includes("<skipped"),
    }),
  );
  const counted = all.filter(({ file, start, isFailed }) => {
    const steps = all.filter((one) => one.file === file && one.name.startsWith(start));
    return steps.length === 0 || (isFailed && !steps.some((step) => step.isFailed));
  });
  const names = (tests: typeof all) => tests.map(({ name }) => name);
  return {
    passed: names(counted.filter(({ isFailed, isSkipped }) => !isFailed && !isSkipped)),
    failed: names(counted.filter(({ isFailed }) => isFailed)),
    skipped: names(counted.filter(({ isFailed, isSkipped }) => !isFailed && isSkipped)),
  };
}

async function runDeno(args: string[], env: Record<string, string> = {}): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    env,
    cwd: fileURLToPath(new URL("../", import.meta.url)),
    stdin: "null",
    signal: AbortSignal.timeout(TIMEOUT),
  }).spawn().status;
  return success;
}
