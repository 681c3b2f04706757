/** Builds the page of the board with npm and Vite, when its sources are newer than what is built. */
import { encodeHex } from "npm:deno-std@1.4.0/encoding/hex.js";
import { fileURLToPath } from "node:url";
import { StackError } from "../stack/error.ts";
import { endTied, spawnTied } from "../stack/tied-process.ts";

const BOARD = new URL("../../board/", import.meta.url);

/** The built page. */
export const DIST = new URL("dist/", BOARD);

/** What the page is made of, beside what npm installs. */
const SOURCES = ["src", "public", "index.html", "package-lock.json", "vite.config.ts"];

/** In the built folder: the hash of the sources that it was made of. */
const STAMP = ".sources";

/** How the folders are called that are being built. */
const FRESH = ".dist-";

/** Whether what is built is what the sources say. */
export async function isBuilt(): Promise<boolean> {
  const stamp = await Deno.readTextFile(new URL(STAMP, DIST)).catch(() => null);
  return stamp !== null && stamp === await hashSources();
}

/**
 * Builds the page, unless it is built. Two that build at once wait for each other.
 * @param signal stops it
 * @throws {StackError} with what npm or Vite says
 */
export async function buildBoard(
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (await isBuilt()) return;
  using lock = await Deno.open(new URL(".build-lock", BOARD), { write: true, create: true });
  await lock.lock(true);
  if (await isBuilt()) return;

  await removeLeftovers();
  if (await isOlder("node_modules/.package-lock.json", "package-lock.json")) {
    log("Installing what the board is built with");
    await run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], signal);
  }
  log("Building the board");
  const hash = await hashSources();
  const fresh = `${FRESH}${crypto.randomUUID()}`;
  const vite = "node_modules/vite/bin/vite.js";
  await run(["node", vite, "build", "--outDir", fresh, "--logLevel", "error"], signal);
  await Deno.writeTextFile(new URL(`${fresh}/${STAMP}`, BOARD), hash);
  // At once: whoever serves the folder meanwhile finds either all of the old or all of the new.
  await Deno.remove(DIST, { recursive: true }).catch(() => {});
  await Deno.rename(new URL(fresh, BOARD), DIST);
  log("The board is built");
}

/** Runs a program of npm's in board/. It ends with us, however we end. */
async function run(command: string[], signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const child = spawnTied(command, { signal: "KILL", cwd: fileURLToPath(BOARD) });
  const stop = () => endTied(child);
  signal?.addEventListener("abort", stop);
  const { success, stdout, stderr } = await child.output();
  signal?.removeEventListener("abort", stop);
  signal?.throwIfAborted();
  endTied(child);
  if (success) return;
  const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n").trim();
  throw new StackError(`Cannot build the board: "${command.join(" ")}" in board/ failed.\n${said}`);
}

/** Of builds that were killed. */
async function removeLeftovers(): Promise<void> {
  for await (const { name } of Deno.readDir(BOARD)) {
    if (name.startsWith(FRESH)) await Deno.remove(new URL(name, BOARD), { recursive: true });
  }
}

async function isOlder(made: string, source: string): Promise<boolean> {
  const [madeAt, sourceAt] = await Promise.all(
    [made, source].map(async (path) =>
      (await Deno.stat(new URL(path, BOARD)).catch(() => null))?.mtime?.getTime() ?? 0
    ),
  );
  return madeAt! < sourceAt!;
}

async function hashSources(): Promise<string> {
  const files: string[] = [];
  for (const source of SOURCES) await list(source, files);
  const texts = await Promise.all(
    files.sort().map(async (file) => `${file}\n${await Deno.readTextFile(new URL(file, BOARD))}`),
  );
  const bytes = new TextEncoder().encode(texts.join("\n"));
  return encodeHex(await crypto.subtle.digest("SHA-256", bytes));
}

async function list(path: string, files: string[]): Promise<void> {
  if ((await Deno.stat(new URL(path, BOARD))).isFile) {
    files.push(path);
    return;
  }
  for await (const { name } of Deno.readDir(new URL(path, BOARD))) {
    await list(`${path}/${name}`, files);
  }
}
