import assert from "node:assert/strict";
import { readTap } from "./tap.ts";

Deno.test("TAP: every test of a kept plan counts", () => {
  const tap = ["1..3", "ok 1 - a", "ok 2 - b # SKIP no clock", "not ok 3 - c # TODO later"];
  assert.deepEqual(readTap(tap.join("\n")), { passed: 1, failed: 0, skipped: 2, problems: [] });
});

Deno.test("TAP: a failure keeps its diagnostics", () => {
  const tap = ["1..2", "not ok 1 - a", "# Failed test 1: a", "#  have: 1", "ok 2 - b", "# later"];
  assert.deepEqual(readTap(tap.join("\n")), {
    passed: 1,
    failed: 1,
    skipped: 0,
    problems: ["not ok 1 - a", "  # Failed test 1: a", "  #  have: 1"],
  });
});

Deno.test("TAP: a plan that is not kept is a failure", () => {
  const tap = readTap("1..2\nok 1 - a");
  assert.equal(tap.failed, 1);
  assert.deepEqual(tap.problems, ["Planned 2 tests, ran 1"]);
});

Deno.test("TAP: a file without a plan is a failure", () => {
  assert.equal(readTap("").failed, 1);
  assert.equal(readTap("ok 1 - a").failed, 1);
});
