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

/** Pushes the migrations and the seed, as someone does who installs this project. */
export async function push(url: string): Promise<void> {
  await runOn(url, "db push --include-seed --yes");
}

/** Lists the versions of the migrations: what is in the folder, and what is in the database. */
export async function listVersions(url: string): Promise<{ local: string; remote: string }[]> {
  return JSON.parse(await runOn(url, "migration list --output-format json")).migrations;
}

/** Asks the advisors (the security and performance lints of the dashboard) for every remark. */
export async function advise(url: string): Promise<Advice[]> {
  const options = "--type all --level info --fail-on none --output-format json";
  return JSON.parse(await runOn(url, `db advisors ${options}`)).results;
}

/** Has plpgsql_check look into every function of our schemas, warnings included. */
export async function lint(url: string): Promise<Lint[]> {
  const options = "--schema public,crm --level warning --fail-on none --output-format json";
  return JSON.parse(await runOn(url, `db lint ${options}`)).results;
}

/** Generates the TypeScript types of schema public, formatted like our own code. */
export async function generateTypes(url: string): Promise<string> {
  const types = await runOn(url, "gen types --schema public");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "ts", "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  await new Blob([types]).stream().pipeTo(child.stdin);
  const { success, stdout } = await child.output();
  if (!success) throw new Error("Cannot format the generated types");
  return new TextDecoder().decode(stdout);
}

/** What the CLI says about a command. One that there is not gets the help of the command above it. */
function readHelp(command: string): Promise<string> {
  return run(`${command} --help`);
}

/** What is wrong with a command, by the CLI's own help. */
export async function findProblem(command: string): Promise<string | null> {
  const [name] = /^[a-z]+(?: [a-z][a-z-]*)?(?= |$)/.exec(command) ?? [""];
  const help = await (helps[name] ??= readHelp(name));
  if (/^ {2}supabase .*<subcommand>/m.test(help)) return "there is no such command";

  const options: string[] = command.match(/--[a-z-]+/g) ?? [];
  const unknown = options.find((option) => !new RegExp(`^ +${option}[ ,[=]`, "m").test(help));
  if (unknown !== undefined) return `there is no ${unknown}`;

  const isLocal = help.includes("Local by default.");
  return isLocal && !options.includes("--remote") && !options.includes("--local")
    ? "it goes to the local stack; add --remote for the project"
    : null;
}

/** What the CLI says about its commands, each asked once. */
const helps: Record<string, Promise<string>> = {};

/** A Postgres on 127.0.0.1 has no certificate, and the CLI warns about that unless it is told. */
async function runOn(url: string, command: string): Promise<string> {
  return await run(`${command} --remote=${url}?sslmode=disable`);
}

let program: Promise<string> | undefined;

async function run(command: string): Promise<string> {
  // Where npm keeps the program: to start it through npx each time takes twice as long.
  const where = ["-p", PACKAGE, "--", "sh", "-c", "command -v supabase"];
  program ??= output("npx", ["--yes", "--prefer-offline", ...where]);
  const home = await Deno.makeTempDir({ prefix: "calcom-deals-supabase-" });
  try {
    const options = ["--agent", "no", "--workdir", fileURLToPath(new URL("../", SUPABASE_FOLDER))];
    return await output((await program).trim(), [...options, ...command.split(" ")], {
      DO_NOT_TRACK: "1",
      SUPABASE_HOME: home,
      SUPABASE_NO_UPDATE_NOTIFIER: "1",
      SUPABASE_TELEMETRY_DISABLED: "1",
    });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

/** @throws {Error} with what the program said when it failed */
async function output(command: string, args: string[], env: Record<string, string> = {}) {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, env, stdin: "null" })
    .output();
  const [text, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`Cannot run ${command} ${args.join(" ")}:\n${text}${errors}`);
  return text!;
}
