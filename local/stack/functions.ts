import { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
import { LimitedBytesTransformStream } from "npm:deno-std@1.4.0/streams/limited_bytes_transform_stream.js";
import { toArrayBuffer } from "npm:deno-std@1.4.0/streams/to_array_buffer.js";
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
  /** Hands a request to a function; null when there is none of that name. */
  fetch(name: string, request: Request): Promise<Response> | null;
  close(): Promise<void>;
}

/** What Deno itself needs to find its cache of packages. */
const DENO_NEEDS = ["HOME", "PATH", "DENO_DIR", "XDG_CACHE_HOME", "TMPDIR"];

/** How long answers under way may take when the stack stops, in milliseconds. */
const STOP_TIME = 2_000;
/** The functions refuse bodies that are far smaller themselves. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** As the platform puts it. */
const BOOT_ERROR = {
  code: "BOOT_ERROR",
  message: "Function failed to start (please check logs)",
};
const STOPPING = { code: "STOPPING", message: "The stack is stopping" };

/**
 * Starts every folder of `folder` that has an index.ts and does not begin with an underscore.
 * A function is loaded again when one of its files changes.
 */
export async function startFunctions(options: FunctionsOptions): Promise<EdgeFunctions> {
  const names = await listFunctions(options.folder);
  const functions = new Map<string, ReturnType<typeof runFunction>>();
  const loaded = (names.length > 0 ? fetchPackages(names, options) : Promise.resolve()).then(() => {
    for (const name of names) functions.set(name, runFunction(name, options));
  });
  const started = loaded
    .then(() => Promise.all([...functions.values()].map((running) => running.started)))
    .then(() => {});
  // Whoever waits for it is told; the others must not trip.
  started.catch(() => {});

  return {
    names,
    started,
    fetch: (name, request) =>
      names.includes(name) ? loaded.then(() => functions.get(name)!.fetch(request)) : null,
    close: async () => {
      await loaded.catch(() => {});
      await Promise.all([...functions.values()].map((running) => running.close()));
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
async function fetchPackages(names: string[], { folder }: FunctionsOptions): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", ...names.map((name) => join(folder, name, "index.ts"))],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  throw new StackError(
    `Deno cannot load the Edge Functions: ${new TextDecoder().decode(stderr).trim()}`,
  );
}

/** Keeps one function running and forwards requests to it. */
function runFunction(name: string, options: FunctionsOptions) {
  const { log } = options;
  /** Where it listens, once it does; null when its files cannot be loaded as they are. */
  let address = Promise.withResolvers<string | null>();
  let isListening = false;
  let hasCrashed = false;
  let isClosing = false;
  const underWay = new Set<Promise<Response>>();

  function start(): Deno.ChildProcess {
    hasCrashed = false;
    reset();
    const process = spawnFunction(name, options);
    for (const output of [process.stdout, process.stderr]) {
      readLines(output, (line) => {
        if (process === child && !understand(line)) log(readable(name, line));
      });
    }
    process.status.then(({ code, signal }) => {
      if (process !== child || isClosing) return;
      log(readable(name, `ended (${signal ?? `code ${code}`})`));
      hasCrashed = true;
      address.resolve(null);
    });
    return process;
  }

  function reset() {
    address = Promise.withResolvers();
    isListening = false;
  }

  /** Reads what Deno says about the function, and tells whether a line was that. */
  function understand(line: string): boolean {
    const [, origin] = /^Listening on (http:\/\/127\.0\.0\.1:\d+)\/$/.exec(line) ?? [];
    const [, watcher] = /^Watcher (.*)$/.exec(line) ?? [];
    if (origin) {
      isListening = true;
      address.resolve(origin);
    } else if (watcher?.startsWith("Restarting!")) {
      reset();
      const [, path] = /"(.*)"/.exec(watcher) ?? [];
      log(readable(name, `is loaded again: ${basename(path ?? "a file")} has changed`));
    } else if (watcher && !watcher.startsWith("Process started")) {
      hasCrashed = isListening;
      address.resolve(null);
      if (!isListening) log(readable(name, "did not start; mend it and it is loaded again"));
    }
    return origin !== undefined || watcher !== undefined;
  }

  async function answer(request: Request): Promise<Response> {
    if (isClosing) return Response.json(STOPPING, { status: 503 });
    if (hasCrashed) {
      endTied(child);
      child = start();
    }
    const origin = await address.promise;
    if (origin === null) return Response.json(BOOT_ERROR, { status: 503 });
    try {
      return await forward(request, origin);
    } catch (error) {
      if (!isClosing) log(readable(name, `gave no answer: ${(error as Error).message}`));
      return Response.json(isClosing ? STOPPING : BOOT_ERROR, { status: 503 });
    }
  }

  let child = start();
  return {
    started: address.promise.then(() => {}),
    fetch: (request: Request) => {
      const response = answer(request);
      underWay.add(response);
      return response.finally(() => underWay.delete(response));
    },
    close: async () => {
      isClosing = true;
      await deadline(Promise.allSettled(underWay), STOP_TIME).catch(() => {});
      endTied(child);
      await child.status;
    },
  };
}

function spawnFunction(name: string, { folder, env }: FunctionsOptions): Deno.ChildProcess {
  // Nothing but this machine: a mistake in a setting cannot send real mail from here.
  const hosts = new Set(["127.0.0.1", "localhost", new URL(env.RESEND_BASE_URL!).host]);
  return spawnTied(Deno.execPath(), {
    args: [
      ...["run", "--watch", "--no-clear-screen", "--no-prompt"],
      ...["--allow-env", `--allow-net=${[...hosts].join(",")}`],
      join(folder, name, "index.ts"),
    ],
    env: { ...denoEnv(), ...env, DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0" },
    signal: "KILL",
  });
}

function denoEnv(): Record<string, string> {
  const values = DENO_NEEDS.map((name) => [name, Deno.env.get(name)]);
  return {
    ...Object.fromEntries(values.filter(([, value]) => value !== undefined)),
    NO_COLOR: "1",
  };
}

async function forward(request: Request, origin: string): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  for (const name of ["host", "connection", "accept-encoding", "content-length"]) {
    headers.delete(name);
  }
  // Read here first: a function may answer 413 and hang up before it has read everything.
  const body = request.body && await readBody(request.body);
  if (body === undefined) {
    return Response.json({ message: "Request body is too large" }, { status: 413 });
  }
  const { method } = request;
  const url = `${origin}${pathname.replace("/functions/v1", "")}${search}`;
  const answer = await fetch(url, { method, headers, body, redirect: "manual" });
  return new Response(answer.body, answer);
}

async function readBody(body: ReadableStream<Uint8Array<ArrayBuffer>>) {
  const limit = new LimitedBytesTransformStream(MAX_BODY_BYTES, { error: true });
  try {
    return await toArrayBuffer(body.pipeThrough(limit));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
