import { fileURLToPath } from "node:url";
import { SUPABASE_FOLDER } from "../../local/migrations.ts";

/** Through npm and not through Deno, because npm alone skips the binaries of other platforms. */
const PACKAGE = "supabase@3.1.0";

/** One remark of `supabase db advisors`. */
export interface Advice {
  name: string;
  level: string;
  detail: string;
}

/** What `supabase db lint` says about one function. */
export interface Lint {
  function: string;
  issues: { level: string; message: string; detail?: string }[];
}

/**
 * Pushes the migrations and the seed, as someone does who installs this project.
 *
 * @throws {Error} with the words of the CLI
 */
export async function push(url: string): Promise<void> {
  await runOn(url, ["db", "push", "--include-seed", "--yes"]);
}

/** Lists the versions of the migrations: what is in the folder, and what is in the database. */
export async function listVersions(url: string): Promise<{ local: string; remote: string }[]> {
  const text = await runOn(url, ["migration", "list", "--output-format", "json"]);
  return JSON.parse(text).migrations;
}

/** Asks the advisors (the security and performance lints of the dashboard) for every remark. */
export async function advise(url: string): Promise<Advice[]> {
  const command = ["db", "advisors", "--type", "all", "--level", "info", "--fail-on", "none"];
  return JSON.parse(await runOn(url, [...command, "--output-format", "json"])).results;
}

/** Has plpgsql_check look into every function of `schemas`, warnings included. */
export async function lint(url: string, schemas: string[]): Promise<Lint[]> {
  const command = ["db", "lint", "--schema", schemas.join(","), "--level", "warning"];
  const options = ["--fail-on", "none", "--output-format", "json"];
  return JSON.parse(await runOn(url, [...command, ...options])).results;
}

/** Generates the TypeScript types of schema public, formatted like our own code. */
export async function generateTypes(url: string): Promise<string> {
  return await format(await runOn(url, ["gen", "types", "--schema", "public"]));
}

const helps = new Map<string, Promise<string>>();

/** What the CLI says about a command. One that there is not gets the help of the command above it. */
export function readHelp(command: string[]): Promise<string> {
  const name = command.join(" ");
  const help = helps.get(name) ?? run([...command, "--help"]);
  helps.set(name, help);
  return help;
}

/** A Postgres on 127.0.0.1 has no certificate, and the CLI warns about that unless it is told. */
async function runOn(url: string, command: string[]): Promise<string> {
  const remote = new URL(url);
  if (!remote.searchParams.has("sslmode")) remote.searchParams.set("sslmode", "disable");
  return await run([...command, `--remote=${remote.href}`]);
}

async function run(command: string[]): Promise<string> {
  const home = await Deno.makeTempDir({ prefix: "calcom-deals-supabase-" });
  try {
    const folder = fileURLToPath(new URL("../", SUPABASE_FOLDER));
    return await output(await (program ??= findProgram()), [
      ...["--agent", "no", "--workdir", folder],
      ...command,
    ], {
      DO_NOT_TRACK: "1",
      SUPABASE_HOME: home,
      SUPABASE_NO_UPDATE_NOTIFIER: "1",
      SUPABASE_TELEMETRY_DISABLED: "1",
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

let program: Promise<string> | undefined;

/** Where npm keeps the program: to start it through npx each time takes twice as long. */
async function findProgram(): Promise<string> {
  const where = ["sh", "-c", "command -v supabase"];
  const path = await output("npx", ["--yes", "--prefer-offline", "-p", PACKAGE, "--", ...where]);
  return path.trim();
}

async function output(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, env, stdin: "null" })
    .output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`Cannot run ${command} ${args.join(" ")}:\n${text}${errors}`);
  return text!;
}

async function format(typescript: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "ts", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const [{ success, stdout }] = await Promise.all([
    child.output(),
    new Blob([typescript]).stream().pipeTo(child.stdin),
  ]);
  if (!success) throw new Error("Cannot format the generated types");
  return new TextDecoder().decode(stdout);
}
