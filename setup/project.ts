/** What is known of the project from its own files: its migrations, functions and schedules. */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readMigrations, SUPABASE_FOLDER } from "../local/migrations.ts";
import type { Context } from "./context.ts";

/** Where Edge Functions can be pinned to; a database may live elsewhere. */
const FUNCTION_REGIONS = [
  ...["ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2"],
  ...["ca-central-1", "eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"],
  ...["us-east-1", "us-west-1", "us-west-2"],
];

const FUNCTIONS = fileURLToPath(new URL("functions/", SUPABASE_FOLDER));

/** The path of the function that Cal.com calls. */
export const WEBHOOK_PATH = "/functions/v1/calcom-webhook";
/** The path of the function that Resend calls. */
export const REPORTS_PATH = "/functions/v1/resend-webhook";

/** The versions of the migrations, with their file names, in order. */
export async function listVersions(): Promise<{ version: string; file: string }[]> {
  return (await readMigrations()).map(({ name }) => {
    const file = basename(name);
    return { version: file.split("_")[0]!, file };
  });
}

/** Whether the database has every migration of this folder. */
export async function isMigrated(context: Context): Promise<boolean> {
  const applied = await context.once("migrations", () => context.supabase.readMigrations());
  return (await listVersions()).every(({ version }) => applied.includes(version));
}

/** The names of the Edge Functions, and what of them is deployed. */
export async function listFunctions(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(FUNCTIONS)) {
    if (!isDirectory || name.startsWith("_")) continue;
    if (await exists(join(FUNCTIONS, name, "index.ts"))) names.push(name);
  }
  return names.sort();
}

/** A number for everything that is deployed: another one when a byte of it differs. */
export async function hashFunctions(): Promise<string> {
  const hash = createHash("sha256");
  for (const file of await listFiles(FUNCTIONS)) {
    hash.update(file.slice(FUNCTIONS.length).replaceAll("\\", "/")).update("\0");
    hash.update(await Deno.readFile(file)).update("\0");
  }
  hash.update(await Deno.readFile(new URL("config.toml", SUPABASE_FOLDER)));
  return hash.digest("hex");
}

/** A job of pg_cron that the migrations make. */
export interface Job {
  name: string;
  schedule: string;
  command: string;
}

/** The jobs, as the migrations schedule them. */
export async function listJobs(): Promise<Job[]> {
  const sql = (await readMigrations()).map((file) => file.sql).join("\n");
  const calls = sql.matchAll(
    /\bcron\.schedule\(\s*'([^']+)',\s*'([^']+)',\s*'((?:[^']|'')+)'\s*\)/g,
  );
  return Array.from(calls, ([, name, schedule, command]) => ({
    name: name!,
    schedule: schedule!,
    command: command!.replaceAll("''", "'"),
  }));
}

/**
 * The address that Cal.com has to call. It makes the function run next to the database, where
 * functions can run there at all: a region that there is not would lose every event.
 */
export function webhookUrl(projectUrl: string, region: string): string {
  const pin = FUNCTION_REGIONS.includes(region) ? `?forceFunctionRegion=${region}` : "";
  return `${projectUrl}${WEBHOOK_PATH}${pin}`;
}

/** Whether an address leads to a function of this project, whatever its query. */
export function leadsTo(url: string, path: string, { projectUrl, settings }: Context): boolean {
  const found = URL.parse(url);
  const origins = [projectUrl, `https://${settings.SUPABASE_PROJECT_REF}.supabase.co`];
  return found !== null && found.pathname.replace(/\/+$/, "") === path &&
    origins.some((origin) => new URL(origin).origin === found.origin);
}

async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    if (isDirectory) files.push(...await listFiles(path));
    else if (!/\.test\.tsx?$/.test(name)) files.push(path);
  }
  return files.sort();
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
