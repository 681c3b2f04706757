/** The configuration of the functions. Texts are trimmed and never empty. */
export interface Env {
  /** Root of the Supabase API, without a path. */
  readonly supabaseUrl: string;
  /** A key that acts as service_role. */
  readonly supabaseKey: string;
  /** Every key that acts as service_role: whoever shows one is the project itself. */
  readonly secretKeys: readonly string[];
  /** The secrets typed into Cal.com's webhook forms. Empty: every request is refused. */
  readonly calcomSecrets: readonly string[];
  /** Null: mails stay due until somebody sets it. */
  readonly resendApiKey: string | null;
  /** Null: Resend's own address. */
  readonly resendBaseUrl: string | null;
  /** The signing secrets of the webhooks at Resend. Empty: every report is refused. */
  readonly resendWebhookSecrets: readonly string[];
  /** What whoever shows it may do is to have due mails sent, and nothing else. */
  readonly sendEmailsSecrets: readonly string[];
  /** What whoever shows it may do is to have bookings compared, and nothing else. */
  readonly reconcileSecrets: readonly string[];
  /** Null: nothing is compared with Cal.com's API. */
  readonly calcomApiKey: string | null;
  /** The root of Cal.com's API, with its version, without a slash at the end. */
  readonly calcomApiUrl: string;
  /** Which of the wanted variables are missing: the function runs, but is of little use. */
  readonly missing: readonly Wanted[];
  /** Which of the wanted secrets are refused because a part of them is easily guessed. */
  readonly tooShort: readonly Wanted[];
}

/** What only some functions need. */
export type Wanted = Secret | Key;

/** Keys of others, of any length. */
type Key = "RESEND_API_KEY" | "CALCOM_API_KEY";

/** Lists of secrets, separated by commas: any of them opens the door. */
type Secret =
  | "CALCOM_WEBHOOK_SECRET"
  | "RESEND_WEBHOOK_SECRET"
  | "SEND_EMAILS_SECRET"
  | "RECONCILE_SECRET";

/** Characters. Less can be guessed, and is most often what follows a comma in a single secret. */
const MIN_SECRET_LENGTH = 16;

/**
 * Reads the environment once, at boot. The only place that reads it.
 *
 * Without Supabase's address and key nothing can be stored, so that is thrown, naming all that is
 * missing. Of the others, those that a function wants are named in `missing` or `tooShort`: a deploy
 * without them should answer and say so. A secret with a part that is too short counts for nothing.
 *
 * @param wanted what the function is of little use without.
 * @param read looks one variable up; `Deno.env` unless told otherwise.
 * @throws when Supabase's address or key is missing.
 */
export function readEnv(
  wanted: readonly Wanted[],
  read: (name: string) => string | undefined = (name) => Deno.env.get(name),
): Env {
  const value = (name: string): string | null => read(name)?.trim() || null;
  const list = (name: Wanted): readonly string[] => splitList(read(name));
  const isTooShort = (name: Wanted) =>
    !name.endsWith("_API_KEY") && list(name).some((part) => part.length < MIN_SECRET_LENGTH);
  const secrets = (name: Secret) => Object.freeze(isTooShort(name) ? [] : list(name));

  const supabaseUrl = value("SUPABASE_URL");
  const namedKeys = parseSecretKeys(value("SUPABASE_SECRET_KEYS"));
  const otherKeys = [value("SUPABASE_SECRET_KEY"), value("SUPABASE_SERVICE_ROLE_KEY")]
    .filter((key) => key !== null);
  const supabaseKey = namedKeys.default ?? otherKeys[0] ?? null;
  if (supabaseUrl === null || supabaseKey === null) {
    throw new Error(nameMissing({ supabaseUrl, supabaseKey }));
  }

  return Object.freeze({
    supabaseUrl,
    supabaseKey,
    secretKeys: Object.freeze([...Object.values(namedKeys), ...otherKeys]),
    calcomSecrets: secrets("CALCOM_WEBHOOK_SECRET"),
    resendApiKey: value("RESEND_API_KEY"),
    resendBaseUrl: value("RESEND_BASE_URL"),
    resendWebhookSecrets: secrets("RESEND_WEBHOOK_SECRET"),
    sendEmailsSecrets: secrets("SEND_EMAILS_SECRET"),
    reconcileSecrets: secrets("RECONCILE_SECRET"),
    calcomApiKey: value("CALCOM_API_KEY"),
    calcomApiUrl: (value("CALCOM_API_URL") ?? "https://api.cal.com/v2").replace(/\/+$/, ""),
    missing: Object.freeze(wanted.filter((name) => list(name).length === 0)),
    tooShort: Object.freeze(wanted.filter(isTooShort)),
  });
}

function nameMissing({ supabaseUrl, supabaseKey }: Record<string, string | null>): string {
  const missing = [
    ...(supabaseUrl === null ? ["SUPABASE_URL"] : []),
    ...(supabaseKey === null
      ? [
        'a secret key (SUPABASE_SECRET_KEYS with the key "default", ' +
        "SUPABASE_SECRET_KEY or SUPABASE_SERVICE_ROLE_KEY)",
      ]
      : []),
  ];
  return `Cannot start without ${missing.join(" and ")}`;
}

function splitList(text = ""): string[] {
  return text.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

/** The platform hands out a JSON object of named keys; older projects have none. */
function parseSecretKeys(json: string | null): Record<string, string> {
  try {
    const keys: unknown = JSON.parse(json ?? "null");
    // Each letter of a text would be a key.
    if (keys === null || typeof keys !== "object") return {};
    return Object.fromEntries(
      Object.entries(keys).flatMap(([name, key]) =>
        typeof key === "string" && key.trim() !== "" ? [[name, key.trim()]] : []
      ),
    );
  } catch {
    return {};
  }
}
