// deno-lint-ignore-file no-console -- a command line program talks on the console
import { fileURLToPath } from "node:url";
import { readStartArguments } from "./stack-arguments.ts";
import { ENV_FILE, removeEnvFile, writeEnvFile } from "./stack-env.ts";
import { waitForEndOfLauncher } from "./stack-launcher.ts";
import { StackError } from "./stack-error.ts";

const HELP = `Runs everything on this machine: Postgres, REST, Studio, the Edge Functions and a
Resend sandbox with an inbox. Only programs on this machine can reach it.

  npx -y deno@2.9.6 task start [--port PORT] [--data DIR] [--env FILE]

  --port PORT   port of everything (default 54321)
  --data DIR    folder that keeps the database, the mails and the keys between starts
                (default supabase/.temp/local-data); "--data memory" keeps nothing
  --env FILE    file that the addresses and keys are written to while it runs
                (default supabase/.temp/local.env; a second stack needs its own)
  --help        this text

Ctrl-C stops it.`;

const DEFAULT_DATA = fileURLToPath(new URL("../supabase/.temp/local-data", import.meta.url));

async function main(): Promise<number> {
  // Deno moves to the folder of deno.json; a relative path was meant from where it was typed.
  const folder = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  const { help, port, data, env } = readStartArguments(Deno.args, folder, {
    data: DEFAULT_DATA,
    env: ENV_FILE,
  });
  if (help) {
    console.log(HELP);
    return 0;
  }

  const stopped = Promise.race([waitForSignal(), waitForEndOfLauncher()]);
  console.log("Loading packages (the first start downloads them) …");
  const { startStack } = await import("./stack.ts");
  const stack = await startStack({
    port,
    data,
    seed: true,
    functions: true,
    log: (line) => console.log(line),
  });
  await writeEnvFile(stack, env);

  const rows = [
    ["Studio", stack.url],
    ["Inbox", stack.inboxUrl],
    ["REST", `${stack.url}/rest/v1`],
    ...stack.functions.map((name) => ["Function", `${stack.url}/functions/v1/${name}`]),
    ["Data", data],
    ["Keys", env],
  ];
  console.log(`\nReady. Ctrl-C stops it.\n`);
  for (const [name, place] of rows) console.log(`  ${name!.padEnd(10)}${place}`);
  console.log("");

  await stopped;
  console.log("\nStopping …");
  await removeEnvFile(stack, env);
  await stack.close();
  return 0;
}

/**
 * Resolves at the first Ctrl-C or SIGTERM; the second one does not wait for anything.
 * Within a second it is the same one: npm and Deno pass on what the terminal sent to all of us.
 */
function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      if (Deno.build.os === "windows" && signal === "SIGTERM") continue;
      Deno.addSignalListener(signal, () => {
        firstAt ??= Date.now();
        if (Date.now() - firstAt > 1000) Deno.exit(130);
        resolve();
      });
    }
  });
}

try {
  Deno.exit(await main());
} catch (error) {
  console.error(error instanceof StackError ? error.message : error);
  Deno.exit(1);
}
