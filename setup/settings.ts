/** What the commands are told by the environment, or by a file of `NAME=value` lines. */
import { z } from "npm:zod@4.6.7";
import { fromCaller } from "../local/running-stack.ts";
import { SetupError } from "./error.ts";
import { isUsable, MIN_SECRET_LENGTH, splitSecrets } from "./secrets.ts";

const text = z.string().trim().min(1).optional();
const key = z.string().trim()
  .regex(/^[\x21-\x7e]+$/, "holds a character that no key has: copy it again").optional();
/** Of a person, or of nobody. */
const mailAddress = z.union([z.email("takes a mail address"), z.literal("")]).optional();
const address = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ""));

const SETTINGS = z.object({
  SUPABASE_ACCESS_TOKEN: key,
  /** The ref alone, or an address that holds it: the dashboard's or the project's own. */
  SUPABASE_PROJECT_REF: z.string().trim()
    .transform((text) =>
      /\/(?:project\/)?([a-z]{20})(?:\/|\.supabase\.co|$)/.exec(text)?.[1] ?? text
    )
    .pipe(z.string().regex(/^[a-z]{20}$/, "is 20 small letters, as in the dashboard's address"))
    .optional(),
  SUPABASE_API_URL: address.default("https://api.supabase.com"),
  /** Another address of the project than `https://<ref>.supabase.co`: a custom domain. */
  SUPABASE_URL: address.optional(),
  CALCOM_API_KEY: key,
  CALCOM_API_URL: address.default("https://api.cal.com/v2"),
  CALCOM_WEBHOOK_SECRET: z.string().refine(
    (list) => splitSecrets(list).every(isUsable),
    `takes secrets of at least ${MIN_SECRET_LENGTH} letters, separated by commas`,
  ).optional(),
  RESEND_API_KEY: key,
  RESEND_BASE_URL: address.default("https://api.resend.com"),
  SENDERS: text,
  /** Whom to tell when something is wrong. */
  ALERT_ADDRESS: mailAddress,
  /** Whom to let into the board first. */
  BOARD_OPERATOR: mailAddress,
  /** A key of the project, where the access token may not see them. */
  SUPABASE_SECRET_KEY: key,
  SUPABASE_CLI: text,
  /** How long both secrets are valid after Cal.com has the new one. */
  ROTATE_WAIT_SECONDS: z.coerce.number().min(0).default(60),
});

export type Settings = z.output<typeof SETTINGS>;
export type SettingName = keyof Settings;

/** What each of the secret ones is hidden as, in everything that is printed. */
export const SECRET_SETTINGS = [
  "SUPABASE_ACCESS_TOKEN",
  "CALCOM_API_KEY",
  "CALCOM_WEBHOOK_SECRET",
  "RESEND_API_KEY",
  "SUPABASE_SECRET_KEY",
] as const;

/** Those of which an empty one says something: nobody. */
const MAY_BE_EMPTY: readonly string[] = ["ALERT_ADDRESS", "BOARD_OPERATOR"];

/** Whether a text is the address of somebody. */
export function isAddress(text: string): boolean {
  return z.email().safeParse(text).success;
}

/** Where a person finds the values that are asked for. */
export const WHERE: Partial<Record<SettingName, string>> = {
  SUPABASE_ACCESS_TOKEN: "https://supabase.com/dashboard/account/tokens",
  SUPABASE_PROJECT_REF: "the address of your project's dashboard",
  CALCOM_API_KEY: "https://app.cal.com/settings/developer/api-keys",
  RESEND_API_KEY: "https://resend.com/api-keys, with full access",
};

/**
 * Reads the settings; an empty one counts as none.
 * @param file `NAME=value` lines that count before the environment
 * @throws {SetupError} naming each variable that is not what it should be, never its value
 */
export async function readSettings(
  file: string | undefined,
  env: Record<string, string> = Deno.env.toObject(),
): Promise<Settings> {
  const given = { ...env, ...(file === undefined ? {} : await readFile(file)) };
  const names = Object.keys(SETTINGS.shape);
  const values = Object.entries(given)
    .filter(([name, value]) =>
      names.includes(name) && (value !== "" || MAY_BE_EMPTY.includes(name))
    );
  return parseSettings(Object.fromEntries(values));
}

/** Checks settings, also those that were asked for. @throws {SetupError} as `readSettings` does */
export function parseSettings(values: Record<string, unknown>): Settings {
  const parsed = SETTINGS.safeParse(values);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const sentence = message
      .replace(/^Invalid URL$/, "takes an address that begins with https://")
      .replace(/^Invalid input$/, "takes a mail address");
    return `${path.join(".")} ${sentence}`;
  });
  throw new SetupError(`${problems.join(". ")}.`);
}

async function readFile(file: string): Promise<Record<string, string>> {
  const text = await Deno.readTextFile(fromCaller(file)).catch(() => {
    throw new SetupError(`--env takes a file of NAME=value lines; ${file} cannot be read.`);
  });
  return Object.fromEntries(
    text.matchAll(/^(\w+)=(.*)$/gm).map(([, name, value]) => [name, value!.trim()]),
  );
}
