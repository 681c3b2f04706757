import assert from "node:assert/strict";
import { readJunit } from "./junit.ts";

const REPORT = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="5" failures="1" errors="1" time="0.256">
    <testsuite name="./a.test.ts" tests="5" disabled="1" errors="1" failures="1">
        <testcase name="plain" classname="./a.test.ts" time="0.000" line="1" col="6">
        </testcase>
        <testcase name="ignored" classname="./a.test.ts" time="0.000" line="2" col="6">
            <skipped/>
        </testcase>
        <testcase name="steps" classname="./a.test.ts" time="0.002" line="3" col="6">
            <failure message="Uncaught Error: x">Error: &lt;skipped/&gt;
    at file:///a.test.ts:3:145</failure>
        </testcase>
        <testcase name="steps &gt; one" classname="./a.test.ts" time="0.000" line="3" col="48">
        </testcase>
        <testcase name="late" classname="./a.test.ts" time="0.000" line="4" col="6">
            <error message="Cancelled"/>
        </testcase>
    </testsuite>
</testsuites>`;

Deno.test("JUnit: every test counts once, as what it was", () => {
  assert.deepEqual(readJunit(REPORT), { passed: 2, failed: 2, skipped: 1 });
});

Deno.test("JUnit: no report is no test", () => {
  assert.deepEqual(readJunit(""), { passed: 0, failed: 0, skipped: 0 });
});
