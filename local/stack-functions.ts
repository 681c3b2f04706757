import { join } from "node:path";
import { StackError } from "./stack-error.ts";

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
  /** Resolves when every function answers or has failed once. */
  started: Promise<void>;
  /** Hands a request to a function; null when there is none of that name. */
  fetch(name: string, request: Request): Promise<Response> | null;
  close(): Promise<void>;
}

/** What Deno itself needs to find its cache of packages. */
const DENO_NEEDS = [
  "HOME",
  "PATH",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "TMPDIR",
  "NO_COLOR",
  ...(Deno.build.os === "windows"
    ? ["USERPROFILE", "LOCALAPPDATA", "APPDATA", "SystemRoot", "TEMP", "TMP"]
    : []),
];

/** How long a function may take until it accepts connections, in milliseconds. */
const START_TIME = 30_000;
/** A function that lived this long, in milliseconds, is started again at once. */
const HEALTHY_TIME = 30_000;

/**
 * Starts every folder of `folder` that has an index.ts and does not begin with an underscore.
 * A function that ends is started again, later each time, until `close`.
 */
export async function startFunctions(options: FunctionsOptions): Promise<EdgeFunctions> {
  const names = await listFunctions(options.folder);
  if (names.length > 0) await fetchPackages(names, options);
  const running = new Map(names.map((name) => [name, superviseFunction(name, options)]));

  return {
    names,
    started: Promise.all([...running.values()].map(({ firstTry }) => firstTry)).then(() => {}),
    fetch: (name, request) => running.get(name)?.fetch(request) ?? null,
    close: async () => {
      await Promise.all([...running.values()].map((process) => process.close()));
    },
  };
}

async function listFunctions(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (name.startsWith("_") || !isDirectory) continue;
      if (await Deno.stat(join(folder, name, "index.ts")).catch(() => null)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
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
function superviseFunction(name: string, options: FunctionsOptions) {
  const { log } = options;
  let isClosing = false;
  let wake = () => {};
  let child: Deno.ChildProcess | undefined;
  /** The port of the function once it answers; null when this try to start it failed. */
  let port: Promise<number | null> = Promise.resolve(null);
  let firstTryIsOver = () => {};
  const firstTry = new Promise<void>((resolve) => firstTryIsOver = resolve);

  async function run() {
    for (let failures = 0; !isClosing; failures++) {
      const startedAt = Date.now();
      const freePort = findFreePort();
      child = spawnFunction(name, freePort, options);
      const output = [pipeLines(child.stdout, name, log), pipeLines(child.stderr, name, log)];
      const ended = child.status;
      port = waitForPort(freePort, ended).then((answers) => answers ? freePort : null);
      port.then((answered) => {
        if (answered === null && !isClosing) log(`[${name}] did not start`);
        firstTryIsOver();
      });
      const { code, signal } = await ended;
      await Promise.all(output);
      if (Date.now() - startedAt > HEALTHY_TIME) failures = 0;
      // Ctrl-C reaches the functions too: give the stack time to notice that it is being stopped.
      const delay = Math.min(300 * 2 ** failures, 15_000);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, delay);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (!isClosing) log(`[${name}] ended (${signal ?? `code ${code}`}), starting it again`);
    }
  }
  const finished = run();

  return {
    firstTry,
    fetch: async (request: Request) => {
      const answered = await port;
      if (answered === null) return bootError();
      try {
        return await forward(request, answered);
      } catch (error) {
        log(`[${name}] gave no answer: ${(error as Error).message}`);
        return bootError();
      }
    },
    close: async () => {
      isClosing = true;
      wake();
      try {
        child?.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
      const lastResort = setTimeout(() => child?.kill("SIGKILL"), 5_000);
      await finished;
      clearTimeout(lastResort);
    },
  };
}

function spawnFunction(
  name: string,
  port: number,
  { folder, env }: FunctionsOptions,
): Deno.ChildProcess {
  // Nothing but this machine: a mistake in a setting cannot send real mail from here.
  const hosts = new Set(["127.0.0.1", "localhost", new URL(env.RESEND_BASE_URL!).host]);
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--cached-only",
      "--allow-env",
      `--allow-net=${[...hosts].join(",")}`,
      `--preload=${new URL("./stack-child.ts", import.meta.url).href}`,
      join(folder, name, "index.ts"),
    ],
    clearEnv: true,
    env: { ...denoEnv(), ...env, DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

function denoEnv(): Record<string, string> {
  return Object.fromEntries(
    DENO_NEEDS.map((name) => [name, Deno.env.get(name)]).filter(([, value]) => value !== undefined),
  );
}

async function forward(request: Request, port: number): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const headers = new Headers(request.headers);
  for (const name of ["host", "connection", "accept-encoding", "content-length"]) {
    headers.delete(name);
  }
  const answer = await fetch(
    `http://127.0.0.1:${port}${pathname.replace("/functions/v1", "")}${search}`,
    {
      method: request.method,
      headers,
      // Read here first: a function may answer 413 and hang up before it has read everything.
      body: request.body ? await request.arrayBuffer() : null,
      redirect: "manual",
    },
  );
  return new Response(answer.body, answer);
}

function bootError(): Response {
  return Response.json(
    { code: "BOOT_ERROR", message: "Function failed to start (please check logs)" },
    { status: 503 },
  );
}

function findFreePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}

/** Waits until something accepts connections on the port; false when the process ended before. */
async function waitForPort(port: number, ended: Promise<unknown>): Promise<boolean> {
  let isOver = false;
  ended.then(() => isOver = true);
  for (const until = Date.now() + START_TIME; !isOver && Date.now() < until;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return false;
}

async function pipeLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  name: string,
  log: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) log(`[${name}] ${line}`);
  }
  if (rest) log(`[${name}] ${rest}`);
}
