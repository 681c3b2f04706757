import { join } from "node:path";

/** A Postgres server that lives as long as this program. */
export interface Server {
  /** Connection string of its superuser, database `postgres`. */
  url: string;
  /** Stops it as a power cut would, with `pg_ctl stop -m immediate`, and starts it again. */
  crash(): Promise<void>;
  /** Shuts it down and removes its data. */
  close(): Promise<void>;
}

/** Where Debian and Ubuntu keep one folder per major version. */
const DEBIAN_FOLDER = "/usr/lib/postgresql";

/** A server that is not ready by then never will be. */
const START_TIMEOUT_MS = 60_000;

/**
 * The end of standard input is the signal to stop, because a pipe is also closed when this program
 * is killed and can do nothing any more. The other signals are left to the server itself.
 */
const SUPERVISE = `
trap '' INT TERM HUP
folder=$1; shift
"$@" &
cat > /dev/null
kill -INT $! && wait $!
rm -rf "$folder"
`;

/**
 * Finds the newest Postgres programs on this machine.
 *
 * @returns the folder with `initdb` and `postgres`, or null when there is none
 */
export async function findPostgresPrograms(): Promise<string | null> {
  if (Deno.build.os === "windows") return null;
  const onPath = (Deno.env.get("PATH") ?? "").split(":").filter((folder) => folder !== "");
  for (const folder of [...await debianFolders(), ...onPath]) {
    if (await exists(join(folder, "initdb")) && await exists(join(folder, "postgres"))) {
      return folder;
    }
  }
  return null;
}

/**
 * Starts a server of its own: fresh data in a temporary folder, a free port of 127.0.0.1, a random
 * password. Everything else is as Postgres ships it, fsync included.
 *
 * @param programs the folder that {@linkcode findPostgresPrograms} found
 * @param settings more settings, for example `shared_preload_libraries=pg_cron`
 * @throws {Error} with the server's own words if it does not come up
 */
export async function startServer(programs: string, settings: string[] = []): Promise<Server> {
  const user = await unprivilegedUser();
  const folder = await Deno.makeTempDir({ prefix: "calcom-deals-postgres-" });
  try {
    const password = crypto.randomUUID();
    const passwordFile = join(folder, "password");
    await Deno.writeTextFile(passwordFile, password, { mode: 0o600 });
    if (user.uid !== undefined && user.gid !== undefined) {
      await Deno.chown(passwordFile, user.uid, user.gid);
      await Deno.chown(folder, user.uid, user.gid);
    }
    const data = join(folder, "data");
    await initialize(programs, data, passwordFile, { ...user, cwd: folder });

    const port = freePort();
    const start = async () => {
      const server = superviseServer(programs, folder, data, [`port=${port}`, ...settings], user);
      await untilReady(server);
      return server;
    };
    const servers = [await start()];
    return {
      url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
      crash: async () => {
        await stopAtOnce(programs, data, { ...user, cwd: folder });
        servers.push(await start());
      },
      close: async () => {
        // The last one first: whoever watched one that has crashed only has the folder to remove.
        for (const server of servers.reverse()) await closeServer(server, folder);
      },
    };
  } catch (error) {
    await removeFolder(folder);
    throw error;
  }
}

/** Who runs the server: `initdb` and `postgres` refuse to run as root. */
interface ProcessUser {
  uid?: number;
  gid?: number;
}

async function debianFolders(): Promise<string[]> {
  const majors: number[] = [];
  try {
    for await (const entry of Deno.readDir(DEBIAN_FOLDER)) {
      if (/^\d+$/.test(entry.name)) majors.push(Number(entry.name));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return majors.sort((a, b) => b - a).map((major) => join(DEBIAN_FOLDER, `${major}`, "bin"));
}

async function unprivilegedUser(): Promise<ProcessUser> {
  if (Deno.uid() !== 0) return {};
  const [uid, gid] = await Promise.all(["-u", "-g"].map(async (flag) => {
    const { success, stdout } = await new Deno.Command("id", { args: [flag, "postgres"] }).output();
    if (!success) throw new Error("Cannot start Postgres as root: there is no user postgres");
    return Number(new TextDecoder().decode(stdout));
  }));
  return { uid: uid!, gid: gid! };
}

async function initialize(
  programs: string,
  data: string,
  passwordFile: string,
  options: ProcessUser & { cwd: string },
): Promise<void> {
  const { success, stderr } = await new Deno.Command(join(programs, "initdb"), {
    ...options,
    args: [
      ...["--pgdata", data],
      ...["--username", "postgres", "--pwfile", passwordFile, "--auth", "scram-sha-256"],
      // Not plain C: lower() has to know more letters than a to z, as it does on Supabase.
      ...["--encoding", "UTF8", "--locale", Deno.build.os === "darwin" ? "en_US.UTF-8" : "C.UTF-8"],
    ],
  }).output();
  if (!success) throw new Error(`Cannot initialize Postgres: ${new TextDecoder().decode(stderr)}`);
}

function superviseServer(
  programs: string,
  folder: string,
  data: string,
  moreSettings: string[],
  user: ProcessUser,
): Deno.ChildProcess {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "timezone=UTC",
    "lc_messages=C",
    ...moreSettings,
  ];
  return new Deno.Command("sh", {
    ...user,
    cwd: folder,
    args: [
      ...["-c", SUPERVISE, "sh", folder],
      ...[join(programs, "postgres"), "-D", data],
      ...settings.flatMap((setting) => ["-c", setting]),
    ],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Reads the server's log: until it is ready here, and then on, so that its pipe never fills up. */
async function untilReady(server: Deno.ChildProcess): Promise<void> {
  const ready = Promise.withResolvers<void>();
  const timeout = setTimeout(
    () => ready.reject(new Error("Cannot start Postgres: it did not get ready in time")),
    START_TIMEOUT_MS,
  );
  let log = "";
  let isUp = false;
  server.stderr.pipeThrough(new TextDecoderStream()).pipeTo(
    new WritableStream({
      write(chunk) {
        if (isUp) return;
        log += chunk;
        if (log.includes("ready to accept connections")) {
          isUp = true;
          ready.resolve();
        } else if (/FATAL(?!: +the database system is)|PANIC|not found/.test(log)) {
          ready.reject(new Error(`Cannot start Postgres: ${log}`));
        }
      },
    }),
  ).catch(ready.reject);
  try {
    await ready.promise;
  } catch (error) {
    await server.stdin.close();
    await server.status;
    throw error;
  } finally {
    clearTimeout(timeout);
  }
}

async function stopAtOnce(
  programs: string,
  data: string,
  options: ProcessUser & { cwd: string },
): Promise<void> {
  const { success, stderr } = await new Deno.Command(join(programs, "pg_ctl"), {
    ...options,
    args: ["stop", "--pgdata", data, "--mode", "immediate"],
  }).output();
  if (!success) throw new Error(`Cannot stop Postgres: ${new TextDecoder().decode(stderr)}`);
}

async function closeServer(server: Deno.ChildProcess, folder: string): Promise<void> {
  await server.stdin.close();
  await server.status;
  await removeFolder(folder);
}

async function removeFolder(folder: string): Promise<void> {
  try {
    await Deno.remove(folder, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
