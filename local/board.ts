// deno-lint-ignore-file no-console -- a command line program talks on the console
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildBoard, DIST } from "./board/build.ts";
import { allowProject, type BoardConfig, servePage } from "./board/page.ts";
import { readProject } from "./board/project.ts";
import { runCommand, TASK } from "./command.ts";
import { fromCaller, readPort } from "./running-stack.ts";
import { StackError } from "./stack/error.ts";

const DEFAULT_PORT = 54330;

const HELP = `Shows the board of a live project on this machine, or writes it as static files.

  ${TASK} board [--port PORT]
  ${TASK} board build [DIR]

  --port PORT   port on 127.0.0.1 (default ${DEFAULT_PORT})
  build [DIR]   writes the files that any host can serve (default board/dist)
  --help        this text

The project is the one that SUPABASE_URL and SUPABASE_PUBLISHABLE_KEY name, or SUPABASE_PROJECT_REF
and SUPABASE_ACCESS_TOKEN. A local stack has its own board: see what ${TASK} start prints.`;

await runCommand(HELP, { port: { type: "string" } }, async ({ port }, words) => {
  const [what, folder, ...others] = words;
  if (what !== undefined && what !== "build" || others.length > 0) {
    throw new StackError(`What is "${what === "build" ? others[0] : what}"? See --help.`);
  }
  const config = await readProject(Deno.env.get);
  await buildBoard(console.log);
  if (what === "build") return await write(folder, config);
  return await serve(port === undefined ? DEFAULT_PORT : readPort(port), config);
});

/** Copies the built page, without what only we need, and makes it that of the project. */
async function write(folder: string | undefined, config: BoardConfig): Promise<number> {
  const to = folder === undefined ? DIST : pathToFileURL(`${fromCaller(folder)}/`);
  await copy(DIST, to);
  const html = await Deno.readTextFile(new URL("index.html", DIST));
  await Deno.writeTextFile(new URL("index.html", to), allowProject(html, config));
  await Deno.writeTextFile(new URL("config.json", to), `${JSON.stringify(config, null, 2)}\n`);
  console.log(
    `The board of ${config.supabaseUrl} is in ${fileURLToPath(to)}. Any host of files serves it.`,
  );
  return 0;
}

async function copy(from: URL, to: URL): Promise<void> {
  if (from.href === to.href) return;
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name.startsWith(".")) continue;
    if (isDirectory) await copy(new URL(`${name}/`, from), new URL(`${name}/`, to));
    else await Deno.copyFile(new URL(name, from), new URL(name, to));
  }
}

async function serve(port: number, config: BoardConfig): Promise<number> {
  const onListen = ({ port }: { port: number }) =>
    console.log(
      `The board of ${config.supabaseUrl} is at http://127.0.0.1:${port} (Ctrl-C stops it)`,
    );
  await listen(
    { hostname: "127.0.0.1", port, onListen },
    (request) => servePage(new URL(request.url).pathname.slice(1), DIST, config),
  ).finished;
  return 0;
}

function listen(options: Deno.ServeTcpOptions, answer: Deno.ServeHandler) {
  try {
    return Deno.serve(options, answer);
  } catch (error) {
    throw new StackError(
      `Cannot listen on port ${options.port} of 127.0.0.1: ${(error as Error).message}. ` +
        "Choose another one with --port.",
    );
  }
}
