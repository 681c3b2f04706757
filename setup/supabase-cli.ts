/** The Supabase CLI, for the two things that only it can do: push migrations and deploy functions. */
import { fileURLToPath } from "node:url";
import { SUPABASE_FOLDER } from "../local/migrations.ts";
import { SetupError } from "./error.ts";
import type { Context } from "./context.ts";
import { SECRET_SETTINGS } from "./settings.ts";

/** As npm has it. */
const PACKAGE = "supabase@3.1.0";

/** Lines of the CLI's own words that are shown when it fails. */
const LAST_LINES = 12;

/**
 * Runs one command of the CLI for the project. The access token goes along in the environment, for
 * a command line can be read by every program of the machine.
 * @throws {SetupError} with what the CLI said when it failed
 */
export async function runSupabase(context: Context, command: string[]): Promise<void> {
  const { settings, redactor } = context;
  const profile = await writeProfile(settings.SUPABASE_API_URL);
  try {
    const [program, ...first] = programOf(settings.SUPABASE_CLI);
    const child = new Deno.Command(program!, {
      args: [
        ...first,
        ...command,
        `--remote=${settings.SUPABASE_PROJECT_REF}`,
        "--yes",
        ...["--agent", "no", "--workdir", fileURLToPath(new URL("../", SUPABASE_FOLDER))],
        ...(profile === null ? [] : ["--profile", profile]),
      ],
      clearEnv: true,
      env: {
        ...withoutSecrets(),
        SUPABASE_ACCESS_TOKEN: settings.SUPABASE_ACCESS_TOKEN!,
        SUPABASE_API_URL: settings.SUPABASE_API_URL,
        SUPABASE_NO_UPDATE_NOTIFIER: "1",
        SUPABASE_TELEMETRY_DISABLED: "1",
        DO_NOT_TRACK: "1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const { success, stdout, stderr } = await child.output().catch((error) => {
      throw new SetupError(
        `Cannot run ${program}: ${(error as Error).message}. It comes with Node.js; or set ` +
          `SUPABASE_CLI to the program of the Supabase CLI.`,
      );
    });
    if (success) return;
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n").trim();
    throw new SetupError(
      redactor.clean(
        `supabase ${command.join(" ")} failed. It said:\n` +
          said.split("\n").slice(-LAST_LINES).map((line) => `  ${line}`).join("\n"),
      ),
    );
  } finally {
    if (profile !== null) await Deno.remove(profile);
  }
}

/** The environment of this machine, for npm and proxies; what the CLI does not need is not told. */
function withoutSecrets(): Record<string, string> {
  const hidden: readonly string[] = [...SECRET_SETTINGS, "SENDERS"];
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => !hidden.includes(name)),
  );
}

/** Through npm unless there is a program of one's own; a script is run by this Deno. */
function programOf(own: string | undefined): string[] {
  if (own === undefined) return ["npx", "--yes", "--prefer-offline", PACKAGE];
  return own.endsWith(".ts") ? [Deno.execPath(), "run", "--quiet", "-A", own] : [own];
}

/** The CLI knows another API than Supabase's own by a profile. @returns its file, if one is needed */
async function writeProfile(url: string): Promise<string | null> {
  if (url === "https://api.supabase.com") return null;
  const file = await Deno.makeTempFile({ prefix: "calcom-deals-", suffix: ".yaml" });
  const lines = {
    name: "calcom-deals",
    api_url: url,
    dashboard_url: url,
    docs_url: "https://supabase.com/docs",
    project_host: "supabase.co",
  };
  await Deno.writeTextFile(
    file,
    Object.entries(lines).map(([name, value]) => `${name}: ${value}\n`).join(""),
  );
  return file;
}
