import { fileURLToPath } from "node:url";
import { SUPABASE_FOLDER } from "../../local/migrations.ts";

/** Through npm and not through Deno, because npm alone skips the binaries of other platforms. */
const SUPABASE_CLI = "supabase@3.1.0";

/** What a run of the Supabase CLI came to. */
export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

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
 * Runs one command of the Supabase CLI against a database.
 *
 * @param command the command and its options
 * @param url connection string of the database
 * @param folder the supabase folder
 */
export async function runSupabase(
  command: string[],
  url: string,
  folder: URL = SUPABASE_FOLDER,
): Promise<CliResult> {
  const home = await Deno.makeTempDir({ prefix: "calcom-deals-supabase-" });
  try {
    const { code, stdout, stderr } = await new Deno.Command("npx", {
      args: [
        ...["--yes", SUPABASE_CLI, "--agent", "no"],
        ...["--workdir", fileURLToPath(new URL("../", folder))],
        ...command,
        `--remote=${withoutTls(url)}`,
      ],
      env: {
        DO_NOT_TRACK: "1",
        SUPABASE_HOME: home,
        SUPABASE_NO_UPDATE_NOTIFIER: "1",
        SUPABASE_TELEMETRY_DISABLED: "1",
      },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/**
 * Pushes the migrations and the seed, as someone does who installs this project.
 *
 * @throws {Error} with the words of the CLI
 */
export async function push(url: string, folder: URL = SUPABASE_FOLDER): Promise<void> {
  await mustRun(["db", "push", "--include-seed", "--yes"], url, folder);
}

/** Lists the versions of the migrations: what is in the folder, and what is in the database. */
export async function listVersions(
  url: string,
  folder: URL = SUPABASE_FOLDER,
): Promise<{ local: string; remote: string }[]> {
  const text = await mustRun(["migration", "list", "--output-format", "json"], url, folder);
  return JSON.parse(text).migrations;
}

/** Asks the advisors (the security and performance lints of the dashboard) for every remark. */
export async function advise(url: string, folder: URL = SUPABASE_FOLDER): Promise<Advice[]> {
  const command = ["db", "advisors", "--type", "all", "--level", "info", "--fail-on", "none"];
  return JSON.parse(await mustRun([...command, "--output-format", "json"], url, folder)).results;
}

/** Has plpgsql_check look into every function of `schemas`, warnings included. */
export async function lint(
  url: string,
  schemas: string[],
  folder: URL = SUPABASE_FOLDER,
): Promise<Lint[]> {
  const command = ["db", "lint", "--schema", schemas.join(","), "--level", "warning"];
  const options = ["--fail-on", "none", "--output-format", "json"];
  return JSON.parse(await mustRun([...command, ...options], url, folder)).results;
}

/** Generates the TypeScript types of schema public, formatted like our own code. */
export async function generateTypes(url: string, folder: URL = SUPABASE_FOLDER): Promise<string> {
  return await format(await mustRun(["gen", "types", "--schema", "public"], url, folder));
}

async function mustRun(command: string[], url: string, folder: URL): Promise<string> {
  const { code, stdout, stderr } = await runSupabase(command, url, folder);
  if (code !== 0) throw new Error(`Cannot run supabase ${command.join(" ")}:\n${stdout}${stderr}`);
  return stdout;
}

/** A Postgres on 127.0.0.1 has no certificate, and the CLI warns about that unless it is told. */
function withoutTls(url: string): string {
  const remote = new URL(url);
  if (!remote.searchParams.has("sslmode")) remote.searchParams.set("sslmode", "disable");
  return remote.href;
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
