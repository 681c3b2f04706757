/** What `config.json` beside the page says: which project it shows. */
export interface Config {
  supabaseUrl: string;
  publishableKey: string;
  /** "poll" where the project has no Realtime. Default: Realtime, and polling until it answers. */
  live?: "poll";
}

/** Why there is no config, for whoever puts the page up. */
export class NoConfig extends Error {}

/**
 * Reads the file that lies beside the page.
 * @throws {NoConfig} when it is missing or does not name a project
 */
export async function readConfig(): Promise<Config> {
  const answer = await fetch("config.json", { cache: "no-cache" }).catch(() => null);
  // A host that answers every path with its start page sends no JSON either.
  const config = answer?.ok ? await answer.json().catch(() => null) : null;
  if (!isText(config?.supabaseUrl) || !isText(config?.publishableKey)) {
    throw new NoConfig("config.json is missing, or names no project");
  }
  return config;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
