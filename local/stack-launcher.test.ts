import assert from "node:assert/strict";
import { join } from "node:path";
import { makeFolder } from "./stack-testing.ts";

const PROGRAM = `
import { waitForEndOfLauncher } from "${new URL("./stack-launcher.ts", import.meta.url)}";
setTimeout(() => Deno.exit(1), 20_000);
const gone = waitForEndOfLauncher();
setTimeout(() => console.log("ready"), 300);
await gone;
console.log("gone");
Deno.exit();
`;

Deno.test({
  name: "a program that npx started notices when npx and its shell are killed",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using folder = await makeFolder({ "program.ts": PROGRAM });
    const program = `'${Deno.execPath()}' run -A --quiet '${join(folder.path, "program.ts")}'`;
    // Two shells around the program, as npx and deno task are.
    const launcher = new Deno.Command("sh", {
      args: ["-c", 'sh -c "$PROGRAM; :"; :'],
      env: { PROGRAM: program, npm_command: "exec" },
      stdin: "null",
      stdout: "piped",
    }).spawn();

    let output = "";
    for await (const text of launcher.stdout.pipeThrough(new TextDecoderStream())) {
      output += text;
      if (text.includes("ready")) launcher.kill("SIGKILL");
    }
    await launcher.status;

    assert.equal(output, "ready\ngone\n");
  },
});
