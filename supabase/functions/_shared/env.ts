/** Everything the functions are told from outside. Lists and strings are trimmed, never empty. */
export interface Env {
  /** Root of the Supabase API, without a path. */
  readonly supabaseUrl: string;
  /** A key that acts as service_role. */
  readonly supabaseKey: string;
  /** The secrets typed into Cal.com's webhook forms. Empty: nobody can be let in. */
  readonly calcomSecrets: readonly string[];
  /** Null: mails stay due until somebody sets it. */
  readonly resendApiKey: string | null;
  /** Null: Resend's own address. */
  readonly resendBaseUrl: string | null;
  /** The variables whose absence leaves the function running, but of little use. */
  readonly missing: readonly string[];
}

/**
 * Reads the environment once, at boot. The only place that reads it.
 *
 * Without Supabase's address and key nothing can be stored, so that is thrown, naming all that is
 * missing. The other two are named in `missing`: a deploy without them should answer and say so.
 *
 * @param read looks one variable up; `Deno.env` unless told otherwise.
 */
export function readEnv(
  read: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Env {
  const value = (name: string): string | null => read(name)?.trim() || null;

  const supabaseUrl = value("SUPABASE_URL");
  const supabaseKey = defaultSecretKey(value("SUPABASE_SECRET_KEYS")) ??
    value("SUPABASE_SECRET_KEY") ?? value("SUPABASE_SERVICE_ROLE_KEY");
  if (supabaseUrl === null || supabaseKey === null) {
    throw new Error(
      `Cannot start without ${
        [
          supabaseUrl === null && "SUPABASE_URL",
          supabaseKey === null &&
          'a secret key (SUPABASE_SECRET_KEYS with the key "default", SUPABASE_SECRET_KEY or SUPABASE_SERVICE_ROLE_KEY)',
        ].filter(Boolean).join(" and ")
      }`,
    );
  }

  const calcomSecrets = (read("CALCOM_WEBHOOK_SECRET") ?? "")
    .split(",").map((secret) => secret.trim()).filter((secret) => secret !== "");
  const resendApiKey = value("RESEND_API_KEY");
  return Object.freeze({
    supabaseUrl,
    supabaseKey,
    calcomSecrets: Object.freeze(calcomSecrets),
    resendApiKey,
    resendBaseUrl: value("RESEND_BASE_URL"),
    missing: Object.freeze([
      ...(calcomSecrets.length === 0 ? ["CALCOM_WEBHOOK_SECRET"] : []),
      ...(resendApiKey === null ? ["RESEND_API_KEY"] : []),
    ]),
  });
}

/** The platform hands out a JSON object of named keys; older projects have none. */
function defaultSecretKey(json: string | null): string | null {
  if (json === null) return null;
  try {
    const key: unknown = JSON.parse(json)?.default;
    return typeof key === "string" && key.trim() !== "" ? key.trim() : null;
  } catch {
    return null;
  }
}
