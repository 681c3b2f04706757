/** What every step works with. */
import { type Calcom, createCalcom } from "./apis/calcom.ts";
import { createResend, type Resend } from "./apis/resend.ts";
import { createSupabase, type Supabase } from "./apis/supabase.ts";
import { SetupError } from "./error.ts";
import { Redactor } from "./secrets.ts";
import { SECRET_SETTINGS, type Settings, WHERE } from "./settings.ts";
import type { Talk } from "./talk.ts";

/** The keys that open the three products, and the name of the project. */
export type NeededKey =
  | "SUPABASE_ACCESS_TOKEN"
  | "SUPABASE_PROJECT_REF"
  | "CALCOM_API_KEY"
  | "RESEND_API_KEY";

/** What a run makes in one step and needs in a later one; nothing of it is kept on this machine. */
export interface Made {
  /** The secret that the webhook at Cal.com is to have. */
  webhookSecret?: string;
  /** What Vault is to have, by name. */
  vault?: Record<string, string>;
}

/** How the commands work. */
export interface Mode {
  /** doctor: not even a row may be written. */
  isReadOnly: boolean;
  /** connect --dry-run: what a step would do counts as done for the steps after it. */
  isDryRun?: boolean;
}

/** Everything a step gets. */
export interface Context extends Mode {
  settings: Settings;
  talk: Talk;
  redactor: Redactor;
  supabase: Supabase;
  calcom: Calcom;
  resend: Resend;
  made: Made;
  /** The address of the project, without a path. */
  projectUrl: string;
  /** Asks for something once in a run: several steps look at the same things. */
  once<T>(name: string, read: () => Promise<T>): Promise<T>;
  /** Forgets what was read, because something was changed. */
  forget(): void;
}

/** Builds the context of one run. */
export function createContext(
  settings: Settings,
  talk: Talk,
  redactor: Redactor,
  { isReadOnly, isDryRun = false }: Mode,
): Context {
  for (const name of SECRET_SETTINGS) redactor.hide(settings[name]);
  const say = talk.say;
  let read = new Map<string, Promise<unknown>>();
  const ref = settings.SUPABASE_PROJECT_REF ?? "";
  return {
    settings,
    talk,
    redactor,
    isReadOnly,
    isDryRun,
    made: {},
    projectUrl: settings.SUPABASE_URL ?? `https://${ref}.supabase.co`,
    supabase: createSupabase({
      base: settings.SUPABASE_API_URL,
      token: settings.SUPABASE_ACCESS_TOKEN ?? "",
      ref,
      isReadOnly,
      redactor,
      say,
    }),
    calcom: createCalcom({
      base: settings.CALCOM_API_URL,
      key: settings.CALCOM_API_KEY ?? "",
      redactor,
      say,
    }),
    resend: createResend({
      base: settings.RESEND_BASE_URL,
      key: settings.RESEND_API_KEY ?? "",
      redactor,
      say,
    }),
    once: <T>(name: string, fn: () => Promise<T>) => {
      if (!read.has(name)) read.set(name, fn());
      return read.get(name) as Promise<T>;
    },
    forget: () => void (read = new Map()),
  };
}

/**
 * Names what is missing of the keys.
 * @throws {SetupError} with each variable and where to make its value
 */
export function requireKeys(settings: Settings, names: readonly NeededKey[]): void {
  const missing = names.filter((name) => settings[name] === undefined);
  if (missing.length === 0) return;
  throw new SetupError(
    `Set ${missing.map((name) => `${name} (from ${WHERE[name]})`).join(", ")}, or run this in a ` +
      `terminal, where it asks.`,
  );
}
