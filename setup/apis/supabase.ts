/** Supabase's Management API, as far as the set-up asks it. */
import { z } from "npm:zod@4.6.7";
import { SetupError } from "../error.ts";
import type { Redactor } from "../secrets.ts";
import { ApiError, createAsk, type Failure, quote } from "./http.ts";

const PROJECT = z.object({ name: z.string(), region: z.string(), status: z.string() });
const PROJECTS = z.array(z.object({
  ref: z.string().optional(),
  id: z.string().optional(),
  name: z.string(),
}));
const SECRETS = z.array(z.object({ name: z.string(), value: z.string().default("") }));
const FUNCTIONS = z.array(z.object({
  slug: z.string(),
  status: z.string(),
  verify_jwt: z.boolean().optional(),
}));
const MIGRATIONS = z.array(z.object({ version: z.string() }));
const ADVISORS = z.object({
  lints: z.array(z.object({
    name: z.string(),
    level: z.string(),
    detail: z.string(),
    remediation: z.string(),
  })),
});
const AUTH = z.object({
  disable_signup: z.boolean().nullable(),
  external_email_enabled: z.boolean().nullable(),
  external_anonymous_users_enabled: z.boolean().nullable(),
  mailer_otp_exp: z.number(),
  mailer_otp_length: z.number().nullable(),
  mailer_subjects_magic_link: z.string().nullable(),
  mailer_templates_magic_link_content: z.string().nullable(),
  rate_limit_email_sent: z.number().nullable(),
  security_captcha_enabled: z.boolean().nullable(),
  hook_send_email_enabled: z.boolean().nullable(),
  smtp_host: z.string().nullable(),
  smtp_port: z.string().nullable(),
  smtp_user: z.string().nullable(),
  smtp_pass: z.string().nullable(),
  smtp_admin_email: z.string().nullable(),
  smtp_sender_name: z.string().nullable(),
});
const KEYS = z.array(z.object({
  name: z.string(),
  type: z.string().nullish(),
  api_key: z.string().nullish(),
}));
/** The right to run any statement. */
const DATABASE_WRITE = "database_write";
const ROWS = z.array(z.record(z.string(), z.unknown()));

export type Project = z.output<typeof PROJECT>;
export type Lint = z.output<typeof ADVISORS>["lints"][number];
/** Settings of Auth. `smtp_pass` is a digest where it was read, and the password where it is set. */
export type AuthSettings = z.output<typeof AUTH>;
export type DeployedFunction = z.output<typeof FUNCTIONS>[number];

/** What the steps ask of Supabase. */
export interface Supabase {
  readProject(): Promise<Project>;
  /** Names of the functions' secrets with their digests; a value is never shown. */
  readSecrets(): Promise<Map<string, string>>;
  setSecrets(secrets: Record<string, string>): Promise<void>;
  readFunctions(): Promise<DeployedFunction[]>;
  readAuth(): Promise<AuthSettings>;
  /** Changes what is named and leaves the rest. */
  changeAuth(wish: Partial<AuthSettings>): Promise<void>;
  /**
   * A key that may do everything in the project.
   * @throws {SetupError} when there is none, or none that this token may see
   */
  readSecretKey(): Promise<string>;
  /** The versions of the migrations that are applied. */
  readMigrations(): Promise<string[]>;
  /** What Supabase's advisors say about the project's security. */
  readAdvisors(): Promise<Lint[]>;
  /** Reads rows. Values are parameters and never part of the text, which ends up in logs. */
  select<T>(row: z.ZodType<T>, query: string, values?: string[]): Promise<T[]>;
  /** Changes rows, with one statement. Not for doctor. */
  change<T>(row: z.ZodType<T>, query: string, values: string[]): Promise<T[]>;
}

/** Asks one project. */
export function createSupabase({ base, token, ref, isReadOnly, redactor, say }: {
  base: string;
  token: string;
  ref: string;
  isReadOnly: boolean;
  redactor: Redactor;
  say: (text: string) => void;
}): Supabase {
  const ask = createAsk({
    name: "Supabase",
    base,
    baseSetting: "SUPABASE_API_URL",
    headers: { authorization: `Bearer ${token}` },
    readError: (body) => {
      const { message } = (body ?? {}) as { message?: unknown };
      return { code: "", message: typeof message === "string" ? message : "" };
    },
    explain: (failure) => explain(failure, ref),
    redactor,
    say,
  });
  const project = `/v1/projects/${ref}`;

  async function query<T>(
    row: z.ZodType<T>,
    query: string,
    parameters: string[],
    isReading: boolean,
  ): Promise<T[]> {
    const rows = await ask(`${project}/database/query${isReading ? "/read-only" : ""}`, {
      method: "POST",
      body: { query, ...(parameters.length === 0 ? {} : { parameters }) },
      answer: ROWS,
      right: isReading ? "database_read" : DATABASE_WRITE,
    });
    const parsed = z.array(row).safeParse(rows);
    if (parsed.success) return parsed.data;
    throw new SetupError(
      `The database answered with something unexpected: its migrations are not those of this ` +
        `version of the project.`,
    );
  }

  return {
    readProject: async () => {
      try {
        return await ask(project, { answer: PROJECT, right: "projects_read" });
      } catch (error) {
        if (!(error instanceof ApiError) || error.failure.status !== 404) throw error;
        const names = await ask("/v1/projects", { answer: PROJECTS }).then(
          (all) => all.map(({ ref, id, name }) => `${ref ?? id} (${name})`),
          () => [],
        );
        throw new ApiError(
          `There is no project ${ref} that this token can see` +
            (names.length === 0 ? "." : `; it sees ${names.slice(0, 5).join(", ")}.`) +
            ` Set SUPABASE_PROJECT_REF to the one you mean: it is in the address of its dashboard.`,
          error.failure,
        );
      }
    },
    readSecrets: async () => {
      const right = "edge_functions_secrets_read";
      const secrets = await ask(`${project}/secrets`, { answer: SECRETS, right });
      return new Map(secrets.map(({ name, value }) => [name, value]));
    },
    setSecrets: async (secrets) => {
      await ask(`${project}/secrets`, {
        method: "POST",
        body: Object.entries(secrets).map(([name, value]) => ({ name, value })),
        answer: z.unknown(),
        right: "edge_functions_secrets_write",
      });
    },
    readFunctions: () =>
      ask(`${project}/functions`, { answer: FUNCTIONS, right: "edge_functions_read" }),
    readAuth: () => ask(`${project}/config/auth`, { answer: AUTH, right: "auth_config_read" }),
    changeAuth: async (body) => {
      await ask(`${project}/config/auth`, {
        method: "PATCH",
        body,
        answer: z.unknown(),
        right: "auth_config_write and project_admin_write",
      });
    },
    readSecretKey: async () => {
      const page = `https://supabase.com/dashboard/project/${ref}/settings/api-keys`;
      const right = "api_gateway_keys_read and api_gateway_keys_secret_read";
      const keys = await ask(`${project}/api-keys?reveal=true`, { answer: KEYS, right });
      const ofType = (type: string, name?: string) =>
        keys.find((key) => key.type === type && (name ?? key.name) === key.name)?.api_key;
      const key = ofType("secret") ?? ofType("legacy", "service_role");
      // Of one that may not be shown there is its beginning, and dots.
      if (key && /^[\w.-]+$/.test(key)) return redactor.hide(key);
      throw new SetupError(
        key
          ? `This access token may not see the secret keys of the project: give it the permission ` +
            `api_gateway_keys_secret_read, or set SUPABASE_SECRET_KEY to one of ${page}.`
          : `The project has no secret key. Make one at ${page}.`,
      );
    },
    readMigrations: async () => {
      const right = "database_read";
      const all = await ask(`${project}/database/migrations`, { answer: MIGRATIONS, right });
      return all.map(({ version }) => version);
    },
    readAdvisors: async () => {
      const right = "advisors_read";
      return (await ask(`${project}/advisors/security`, { answer: ADVISORS, right })).lints;
    },
    select: async (row, text, values = []) => {
      try {
        return await query(row, text, values, true);
      } catch (error) {
        // The role for reading may look at tables, but not into Vault, and may call no function.
        const isDenied = error instanceof ApiError && /permission denied/i.test(error.message);
        if (!isDenied) throw error;
        return await query(row, text, values, false);
      }
    },
    change: (row, text, values) => {
      if (isReadOnly) throw new Error("doctor changes nothing");
      return query(row, text, values, false);
    },
  };
}

/** Whether it was refused because the role for reading may not see it, and the token no more. */
export function isClosedToReaders(error: unknown): boolean {
  return error instanceof ApiError && error.failure.status === 403 &&
    error.failure.right === DATABASE_WRITE;
}

/** What to do about it, in this API. */
function explain({ status, message, path, right }: Failure, ref: string): string | null {
  const dashboard = `https://supabase.com/dashboard/project/${ref}`;
  if (status === 401) {
    return "Supabase does not know this access token (401): it is wrong, deleted or expired. Make " +
      "one at https://supabase.com/dashboard/account/tokens and set SUPABASE_ACCESS_TOKEN.";
  }
  if (status === 403) {
    return `The access token may not do this (403)${
      right ? `: give it the permission ${right}` : ""
    }, ` +
      `at https://supabase.com/dashboard/account/tokens, or use one of somebody who owns the project.`;
  }
  if (status === 402) {
    return `The plan of this project allows no more of this (402).${quote(message)} Look at ` +
      `${dashboard}/settings/billing, or delete functions that nobody needs.`;
  }
  if (path.includes("/database/query") && status === 400) {
    return `The database refused a statement: ${
      message.replace(/^Failed to run sql query: /i, "")
    }`;
  }
  if (path.includes("/database/query") && (status === 544 || /timeout|terminated/i.test(message))) {
    return `The database does not answer (${status}). Is the project paused or busy? Look at ` +
      `${dashboard}, and run this again once it is well.`;
  }
  return null;
}
