// deno-lint-ignore-file no-console -- a command line program talks on the console
import { bold, dim, setColorEnabled, yellow } from "npm:deno-std@1.4.0/fmt/colors.js";
import { runCommand, TASK } from "./command.ts";
import { waitForEndOfLauncher } from "./launcher.ts";
import {
  DEFAULT_PORT,
  envFileOf,
  fromCaller,
  readPort,
  writeEnvFile,
  writeValues,
} from "./running-stack.ts";
import { DEFAULT_DATA } from "./stack/data-dir.ts";
import { StackError } from "./stack/error.ts";
import type { Stack } from "./stack/stack.ts";

const HELP =
  `Runs everything on this machine: Postgres, REST, Auth, the board, Studio, the Edge Functions and
a Resend sandbox with an inbox. Only programs on this machine can reach it.

  ${TASK} start [--port PORT] [--data DIR] [--env FILE] [--with-apis]

  --port PORT   port of everything but Postgres, which gets the next one (default ${DEFAULT_PORT})
  --data DIR    folder that keeps the database, the mails and the keys between starts
                (default supabase/.temp/local-data); "--data memory" keeps nothing
  --env FILE    file that the addresses and keys are written to while it runs (default
                supabase/.temp/local.env; local-PORT.env for another port than ${DEFAULT_PORT})
  --with-apis   stand-ins of the APIs of Supabase, Cal.com and Resend too, to try the commands
                connect and doctor on; what they need to be told is in a file beside the other
  --help        this text

Ctrl-C stops it.`;

const OPTIONS = {
  port: { type: "string" },
  data: { type: "string" },
  env: { type: "string" },
  "with-apis": { type: "boolean" },
} as const;

await runCommand(HELP, OPTIONS, async (values, words) => {
  const { port, data = DEFAULT_DATA, env } = values;
  if (words.length > 0) throw new StackError(`What is "${words[0]}"? See --help.`);
  if (data === "") throw new StackError("--data takes a folder, or the word memory.");
  if (env === "") throw new StackError("--env takes a file.");
  return await start(
    readPort(port),
    data === "memory" ? data : fromCaller(data),
    env && fromCaller(env),
    values["with-apis"] ?? false,
  );
});

async function start(
  port: number,
  data: string,
  env: string | undefined,
  hasApis: boolean,
): Promise<number> {
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);
  let isAsked = false;
  const stopped = Promise.race([waitForSignal(), waitForEndOfLauncher()]).then(() =>
    isAsked = true
  );

  console.log("Loading packages (the first start downloads them) …");
  const { startStack } = await import("./stack/stack.ts");
  let isReady = false;
  const stack = await startStack({
    port,
    data,
    seed: true,
    functions: true,
    board: true,
    apis: hasApis,
    log: (line) => console.log(isReady ? `${dim(time())}  ${line}` : line),
  });
  const envFile = env ?? envFileOf(Number(new URL(stack.url).port));
  const removeEnvFile = await writeEnvFile(stack, envFile);
  const apisFile = envFile.replace(/(\.env)?$/, "-apis.env");
  const removeApisFile = stack.apis ? await writeValues(apisFile, stack.apis.env) : () => {};
  if (!isAsked) console.log(describe(stack, data, envFile, apisFile));
  isReady = true;

  await Promise.race([stopped, stack.databaseEnded]);
  console.log(isAsked ? "\nStopping …" : "\nPostgres was stopped by somebody else. Stopping …");
  await removeEnvFile();
  await removeApisFile();
  await stack.close();
  return isAsked ? 0 : 1;
}

/** Where everything is, what is amiss, and what to try. */
function describe(stack: Stack, data: string, envFile: string, apisFile: string): string {
  const rows: [string, string][] = [
    ["Studio", stack.url],
    ...(stack.boardUrl === null ? [] : [["Board", stack.boardUrl] as [string, string]]),
    ["Inbox", stack.inboxUrl],
    ["REST", `${stack.url}/rest/v1`],
    ["Auth", `${stack.url}/auth/v1`],
    ["Member", `${stack.member.email} (${stack.member.role}); signs in with a code, see the inbox`],
    ["Database", stack.databaseUrl],
    ...stack.functions.map((name): [string, string] => [
      "Function",
      `${stack.url}/functions/v1/${name}`,
    ]),
    ["Data", data],
    ["Keys", envFile],
    ...(stack.apis === null ? [] : [["APIs", apisFile] as [string, string]]),
  ];
  const { port } = new URL(stack.url);
  // Whoever named another file is found by that alone.
  const choice = envFile !== envFileOf(Number(port))
    ? ` --env ${envFile}`
    : Number(port) === DEFAULT_PORT
    ? ""
    : ` --port ${port}`;
  const changes = stack.changes.length === 0 ? "" : yellow(
    `\n${stack.changes.join(".\n")}.\n` +
      `The database stays as it is; to begin afresh, stop this and run: ${TASK} reset\n`,
  );
  return `
${bold("Ready.")} Ctrl-C stops it.

${rows.map(([name, place]) => `  ${name.padEnd(10)}${place}`).join("\n")}

Try in another terminal, then look into the inbox:

  ${TASK} send --new tests/fixtures/calcom/booking-created-business.json${choice}
  ${TASK} sql "select * from public.deals"${choice}
${stack.apis === null ? "" : describeApis(apisFile, choice)}${changes}`;
}

/** How to put this stack live, as it were. */
function describeApis(apisFile: string, choice: string): string {
  return `
Or put it live, with stand-ins of Supabase, Cal.com and Resend:

  ${TASK} connect --env ${apisFile}
  ${TASK} doctor --env ${apisFile}

Then bring in a booking whose webhook was lost:

  ${TASK} reconcile${choice}
`;
}

function time(): string {
  return new Date().toTimeString().slice(0, "12:34:56".length);
}

/**
 * Resolves at the first Ctrl-C or SIGTERM; the second one does not wait for anything.
 * Within a second it is the same one: npm and Deno pass on what the terminal sent to all of us.
 */
function waitForSignal(): Promise<void> {
  return new Promise((resolve) => {
    let firstAt: number | undefined;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      Deno.addSignalListener(signal, () => {
        firstAt ??= Date.now();
        if (Date.now() - firstAt > 1000) Deno.exit(130);
        resolve();
      });
    }
  });
}
