import { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
import { debounce } from "npm:deno-std@1.4.0/async/debounce.js";
import { basename, join } from "node:path";
import { StackError } from "./error.ts";
import { readable } from "./log-line.ts";
import { endTied, readLines, spawnTied } from "./tied-process.ts";

/** What the Edge Functions run with. */
export interface FunctionsOptions {
  /** The folder whose subfolders are functions. */
  folder: string;
  /** The whole environment that a function sees, as the platform would give it. */
  env: Record<string, string>;
  log: (line: string) => void;
}

/** The Edge Functions of the project, each a process of its own. */
export interface EdgeFunctions {
  names: string[];
  /** Resolves when every function answers or has failed to start. */
  started: Promise<void>;
  /** Has them start anew with an environment that has these besides. */
  setEnv(env: Record<string, string>): void;
  /** Hands a request to a function; null when there is none of that name. */
  fetch(name: string, request: Request): Promise<Response> | null;
  close(): Promise<void>;
}

/** What Deno itself needs to find its cache of packages. */
const DENO_NEEDS = ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"];

/** How long answers under way may take when the stack stops, in milliseconds. */
const STOP_TIME = 2_000;

/** As the platform puts it. */
const BOOT_ERROR = {
  code: "BOOT_ERROR",
  message: "Function failed to start (please check logs)",
};
const STOPPING = { code: "STOPPING", message: "The stack is stopping" };

/**
 * Starts every folder of `folder` that has an index.ts and does not begin with an underscore.
 * All are loaded again when a file of theirs changes.
 */
export async function startFunctions(options: FunctionsOptions): Promise<EdgeFunctions> {
  const names = await listFunctions(options.folder);
  let given = options.env;
  const run = (name: string) => runFunction(name, options, () => given);
  const functions = new Map(names.map((name) => [name, run(name)]));
  const loaded = names.length > 0 ? fetchPackages(names, options.folder) : Promise.resolve();
  const started = loaded
    .then(() => Promise.all([...functions.values()].map((edgeFunction) => edgeFunction.start())))
    .then(() => {});
  // Whoever waits for it is told; the others must not trip.
  started.catch(() => {});

  const underWay = new Set<Promise<Response>>();
  let isClosing = false;
  async function answer(name: string, request: Request): Promise<Response> {
    await loaded;
    if (isClosing) return Response.json(STOPPING, { status: 503 });
    const origin = await functions.get(name)!.start();
    if (origin === null) return Response.json(BOOT_ERROR, { status: 503 });
    try {
      return await forward(request, origin);
    } catch (error) {
      if (isClosing) return Response.json(STOPPING, { status: 503 });
      options.log(readable(name, `gave no answer: ${(error as Error).message}`));
      return Response.json(BOOT_ERROR, { status: 503 });
    }
  }

  function restart() {
    for (const edgeFunction of functions.values()) {
      edgeFunction.stop();
      edgeFunction.start();
    }
  }
  const watcher = names.length > 0 ? Deno.watchFs(options.folder) : null;
  const reload = debounce((path: string) => {
    options.log(readable("functions", `are loaded again: ${basename(path)} has changed`));
    restart();
  }, 100);
  async function watch() {
    for await (const { kind, paths: [path] } of watcher ?? []) {
      if (kind !== "access" && path?.match(/\.tsx?$/)) reload(path);
    }
  }
  const watching = watch();

  return {
    names,
    started,
    setEnv: (env) => {
      given = { ...options.env, ...env };
      restart();
    },
    fetch: (name, request) => {
      if (!functions.has(name)) return null;
      const response = answer(name, request);
      underWay.add(response);
      return response.finally(() => underWay.delete(response));
    },
    close: async () => {
      isClosing = true;
      watcher?.close();
      await watching;
      reload.clear();
      await loaded.catch(() => {});
      await deadline(Promise.allSettled(underWay), STOP_TIME).catch(() => {});
      await Promise.all([...functions.values()].map(({ stop }) => stop()));
    },
  };
}

async function listFunctions(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const { name, isDirectory } of await readDir(folder)) {
    if (name.startsWith("_") || !isDirectory) continue;
    if ((await readDir(join(folder, name))).some((file) => file.name === "index.ts")) {
      names.push(name);
    }
  }
  return names.sort();
}

async function readDir(folder: string): Promise<Deno.DirEntry[]> {
  return await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
}

/** Downloads what the functions import, here and not in the functions: they get no npm settings. */
async function fetchPackages(names: string[], folder: string): Promise<void> {
  const files = names.map((name) => join(folder, name, "index.ts"));
  const command = new Deno.Command(Deno.execPath(), { args: ["cache", "--quiet", ...files] });
  const { success, stderr } = await command.output();
  if (success) return;
  throw new StackError(
    `Deno cannot load the Edge Functions: ${new TextDecoder().decode(stderr).trim()}`,
  );
}

/** One function, in one process at a time. */
function runFunction(
  name: string,
  options: FunctionsOptions,
  readEnv: () => FunctionsOptions["env"],
) {
  let running: { process: Deno.ChildProcess; origin: Promise<string | null> } | null = null;

  function spawn() {
    const process = spawnFunction(name, { ...options, env: readEnv() });
    const origin = Promise.withResolvers<string | null>();
    const current = { process, origin: origin.promise };
    for (const output of [process.stdout, process.stderr]) {
      readLines(output, (line) => {
        const [, address] = /^Listening on (http:\/\/127\.0\.0\.1:\d+)\/$/.exec(line) ?? [];
        if (address) origin.resolve(address);
        else if (running === current) options.log(readable(name, line));
      });
    }
    process.status.then(async ({ code, signal }) => {
      endTied(process);
      origin.resolve(null);
      const hasListened = await origin.promise !== null;
      if (running !== current) return;
      // What dies comes back with the next request; what cannot be loaded has to be mended first.
      if (hasListened) running = null;
      options.log(readable(
        name,
        hasListened
          ? `ended (${signal ?? `code ${code}`})`
          : "did not start; mend it and it is loaded again",
      ));
    });
    return current;
  }

  return {
    /** Where it listens; null when its files cannot be loaded as they are. */
    start: (): Promise<string | null> => (running ??= spawn()).origin,
    stop: async (): Promise<void> => {
      const process = running?.process;
      running = null;
      if (!process) return;
      endTied(process);
      await process.status;
    },
  };
}

function spawnFunction(name: string, { folder, env }: FunctionsOptions): Deno.ChildProcess {
  // Nothing but this machine: a mistake in a setting cannot send real mail from here.
  const hosts = new Set(["127.0.0.1", "localhost", new URL(env.RESEND_BASE_URL!).host]);
  const permissions = ["--no-prompt", "--allow-env", `--allow-net=${[...hosts].join(",")}`];
  return spawnTied([Deno.execPath(), "run", ...permissions, join(folder, name, "index.ts")], {
    env: { ...denoEnv(), ...env, DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0" },
    signal: "KILL",
    cwd: folder,
  });
}

function denoEnv(): Record<string, string> {
  const env = Deno.env.toObject();
  const needed = DENO_NEEDS.filter((name) => name in env).map((name) => [name, env[name]]);
  return { ...Object.fromEntries(needed), NO_COLOR: "1" };
}

async function forward(request: Request, origin: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  for (const name of ["host", "connection", "accept-encoding"]) headers.delete(name);
  // The body as it comes: a function refuses most of what it refuses before it has read any of it.
  const { method, body } = request;
  const url = `${origin}${pathname.replace("/functions/v1", "")}${search}`;
  const answer = await fetch(url, { method, headers, body, redirect: "manual" });
  return new Response(answer.body, answer);
}
