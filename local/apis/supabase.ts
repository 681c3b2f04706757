/**
 * A stand-in for Supabase's Management API, made from its documented shapes, as far as the set-up
 * asks it. Its SQL runs in a real database. Nothing here is secret: the project does not exist.
 */
import { createHash } from "node:crypto";
import postgres from "npm:postgres@3.4.9";
import { applyMigrations, SUPABASE_FOLDER } from "../migrations.ts";
import { bearer, type Fault, keepRequest, type RecordedCall } from "./answers.ts";
import { AUTH_SQL } from "./auth-admin.ts";
import {
  type AuthSettings,
  changeAuthSettings,
  newAuthSettings,
  showAuthSettings,
} from "./auth-config.ts";
import { VAULT_SQL } from "./vault.ts";

/** What the stand-in has, for tests to look at and to change. */
export interface SupabaseState {
  project: { name: string; region: string; status: string };
  /** The secrets of the functions, as they were set. */
  secrets: Map<string, string>;
  functions: Map<string, Deployed>;
  /** The settings of Auth, with the password of the mail server as it was set. */
  auth: AuthSettings;
  /** The keys of the project. */
  keys: ApiKey[];
  /** What the advisors say about security. */
  lints: { name: string; level: string; detail: string; remediation: string }[];
  /** What the token may do; null: everything. */
  rights: Set<string> | null;
  calls: RecordedCall[];
  /** The command lines of the Supabase CLI, and the names of its environment. */
  commands: { args: string[]; env: string[] }[];
  fault: Fault | null;
}

/** A function as it is deployed. */
interface Deployed {
  slug: string;
  status: string;
  verify_jwt: boolean;
  version: number;
}

/** A key of the project; of an old project there are others, of type "legacy". */
export interface ApiKey {
  name: string;
  type: "legacy" | "publishable" | "secret";
  api_key: string;
}

/** What the stand-in is made of. */
export interface SupabaseOptions {
  ref: string;
  token: string;
  publishableKey: string;
  secretKey: string;
  /** The database of the project, as its owner. */
  databaseUrl: string;
  /** Told when the migrations have been pushed. */
  onPush?: (sql: postgres.Sql) => Promise<void>;
  /** Told when the secrets of the functions are others. */
  onSecrets?: (secrets: Map<string, string>) => void;
}

/** The stand-in. */
export interface SupabaseStandIn {
  state: SupabaseState;
  /** Answers a call. @param path what stands after the place where it is mounted */
  fetch(request: Request, path: string): Promise<Response>;
  close(): Promise<void>;
}

/** The rights that the calls need, by method and the end of the path. */
const RIGHTS: [method: string, path: RegExp, right: string][] = [
  ["GET", /^$/, "projects_read"],
  ["GET", /^\/secrets$/, "edge_functions_secrets_read"],
  ["POST", /^\/secrets$/, "edge_functions_secrets_write"],
  ["GET", /^\/functions$/, "edge_functions_read"],
  ["POST", /^\/functions\/deploy$/, "edge_functions_write"],
  ["PUT", /^\/functions$/, "edge_functions_write"],
  ["GET", /^\/config\/auth$/, "auth_config_read"],
  ["PATCH", /^\/config\/auth$/, "auth_config_write"],
  ["GET", /^\/api-keys$/, "api_gateway_keys_read"],
  ["GET", /^\/database\/migrations$/, "database_read"],
  ["GET", /^\/advisors\/security$/, "advisors_read"],
  ["POST", /^\/database\/query\/read-only$/, "database_read"],
  ["POST", /^\/database\/query$/, "database_write"],
];

/** Opens the stand-in of one project. */
export async function openSupabase(options: SupabaseOptions): Promise<SupabaseStandIn> {
  const { ref, token, publishableKey, secretKey, databaseUrl } = options;
  const { onPush, onSecrets = () => {} } = options;
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });
  await sql.unsafe(VAULT_SQL);
  await sql.unsafe(AUTH_SQL);
  const state: SupabaseState = {
    project: { name: "Sales", region: "eu-central-1", status: "ACTIVE_HEALTHY" },
    secrets: new Map(),
    functions: new Map(),
    auth: newAuthSettings(),
    keys: [
      { name: "default", type: "publishable", api_key: publishableKey },
      { name: "default", type: "secret", api_key: secretKey },
    ],
    lints: [],
    rights: null,
    calls: [],
    commands: [],
    fault: null,
  };

  async function answer(request: Request, path: string, body: unknown): Promise<Response> {
    const { method } = request;
    if (bearer(request) !== token) return refuse(401, "Unauthorized");
    if (path === "/v1/projects") {
      return Response.json([{ id: ref, ref, organization_id: "org", ...state.project }]);
    }
    if (path.split("/").slice(0, 4).join("/") !== `/v1/projects/${ref}`) {
      return refuse(404, "Project not found");
    }
    const rest = path.slice(`/v1/projects/${ref}`.length);
    const right = RIGHTS.find(([one, pattern]) => one === method && pattern.test(rest))?.[2];
    if (right === undefined) return refuse(404, `Cannot ${method} ${path}`);
    if (state.rights !== null && !state.rights.has(right)) {
      return refuse(
        403,
        "Your account does not have the necessary privileges to access this endpoint.",
      );
    }
    if (rest === "") return Response.json({ id: ref, ref, ...state.project });
    if (state.project.status !== "ACTIVE_HEALTHY" && rest.startsWith("/database")) {
      return refuse(544, "Connection terminated due to connection timeout");
    }
    switch (rest) {
      case "/secrets":
        return method === "GET" ? listSecrets() : setSecrets(body);
      case "/functions":
        // Several at once are uploaded one by one, and then put in place together.
        if (method === "PUT") {
          for (const one of body as Deployed[]) deploy(one.slug, one.verify_jwt);
        }
        return Response.json(
          [...state.functions.values()].map((one) => ({ id: one.slug, ...one })),
        );
      case "/functions/deploy":
        return await deployOne(request);
      case "/config/auth": {
        const mistake = method === "PATCH"
          ? changeAuthSettings(state.auth, body as Partial<AuthSettings>)
          : null;
        if (mistake !== null) return refuse(400, mistake);
        return Response.json(showAuthSettings(state.auth, ref));
      }
      case "/api-keys":
        return listKeys(new URL(request.url).searchParams.get("reveal") === "true");
      case "/advisors/security":
        return Response.json({ lints: state.lints });
      case "/database/migrations":
        return Response.json(await readVersions());
      default:
        return await query(body, rest.endsWith("/read-only"));
    }
  }

  function listSecrets(): Response {
    return Response.json(
      [...state.secrets].map(([name, value]) => ({
        name,
        value: createHash("sha256").update(value).digest("hex"),
        updated_at: new Date().toISOString(),
      })),
    );
  }

  function setSecrets(body: unknown): Response {
    for (const { name, value } of body as { name: string; value: string }[]) {
      if (name.startsWith("SUPABASE_")) return refuse(400, `${name} must not start with SUPABASE_`);
      state.secrets.set(name, value);
    }
    onSecrets(state.secrets);
    return new Response(null, { status: 201 });
  }

  /** A secret key is shown to whoever asks for it and may see it; else its beginning and dots. */
  function listKeys(isRevealed: boolean): Response {
    const maySee = isRevealed && (state.rights?.has("api_gateway_keys_secret_read") ?? true);
    return Response.json(state.keys.map(({ name, type, api_key }) => ({
      id: type === "legacy" ? name : crypto.randomUUID(),
      name,
      type,
      api_key: type === "secret" && !maySee ? `${api_key.slice(0, 15)}${"·".repeat(26)}` : api_key,
      description: null,
    })));
  }

  function deploy(slug: string, verify_jwt: boolean): void {
    const version = (state.functions.get(slug)?.version ?? 0) + 1;
    state.functions.set(slug, { slug, status: "ACTIVE", verify_jwt, version });
  }

  async function deployOne(request: Request): Promise<Response> {
    const slug = new URL(request.url).searchParams.get("slug")!;
    const metadata = (await request.formData()).get("metadata");
    const { verify_jwt = true } = JSON.parse(
      metadata instanceof File ? await metadata.text() : metadata ?? "{}",
    );
    const isOnlyBundled = new URL(request.url).searchParams.has("bundleOnly");
    if (!isOnlyBundled) deploy(slug, verify_jwt);
    const one = { slug, name: slug, status: "ACTIVE", version: 1, verify_jwt };
    return Response.json({ id: slug, ...one }, { status: 201 });
  }

  async function readVersions(): Promise<unknown[]> {
    const [place] = await sql`select to_regclass('supabase_migrations.schema_migrations') as place`;
    if (!place?.place) return [];
    return await sql<{ version: string }[]>`
      select m.version, m.name from supabase_migrations.schema_migrations as m order by m.version`;
  }

  async function query(body: unknown, isReadOnly: boolean): Promise<Response> {
    const { query, parameters = [] } = body as { query: string; parameters?: string[] };
    // The role for reading: no function of ours and nothing of Vault is granted to it.
    const closed = /\b(vault\.(?:decrypted_)?secrets\b(?!')|public\.\w+\()/.exec(query)?.[1];
    if (isReadOnly && closed) {
      return refuse(400, `Failed to run sql query: ERROR:  42501: permission denied for ${closed}`);
    }
    try {
      const rows = isReadOnly
        ? await sql.begin("read only", (read) => read.unsafe(query, parameters))
        : await sql.unsafe(query, parameters);
      return Response.json([...rows], { status: 201 });
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      return refuse(400, `Failed to run sql query: ERROR:  ${code}: ${message}`);
    }
  }

  /** What the CLI would do, told by the program that stands in for it. */
  async function runCommand(body: unknown): Promise<Response> {
    const command = body as SupabaseState["commands"][number];
    state.commands.push(command);
    const { args } = command;
    if (args[0] === "db" && args[1] === "push") {
      const runner = {
        sql: async <T>(text: string, parameters: unknown[] = []) =>
          [...await sql.unsafe(text, parameters as never[])] as T[],
        transaction: async (
          statements: string,
          then: { query: string; parameters: unknown[] },
        ): Promise<void> => {
          await sql.begin(async (one) => {
            await one.unsafe(statements);
            await one.unsafe(then.query, then.parameters as never[]);
          });
        },
      };
      await applyMigrations(runner, SUPABASE_FOLDER, () => {});
      await onPush?.(sql);
      return Response.json({ code: 0, text: "Finished supabase db push." });
    }
    if (args[0] === "functions" && args[1] === "deploy") {
      const config = await Deno.readTextFile(new URL("config.toml", SUPABASE_FOLDER));
      const names = args.slice(2).filter((one) => /^[a-z-]+$/.test(one) && !one.startsWith("-"));
      for (const slug of names.slice(0, args.indexOf("--use-api") - 2)) {
        const part = config.split(`[functions.${slug}]`)[1]?.split("\n[")[0] ?? "";
        deploy(slug, !/^verify_jwt = false$/m.test(part));
      }
      return Response.json({ code: 0, text: "Deployed Functions." });
    }
    return Response.json({ code: 1, text: `The stand-in has no command ${args.join(" ")}` });
  }

  return {
    state,
    fetch: async (request, path) => {
      const { call, copy } = await keepRequest(request, path);
      state.calls.push(call);
      const fault = await state.fault?.(call);
      if (fault) return fault;
      return path === "/cli" ? await runCommand(call.body) : await answer(copy(), path, call.body);
    },
    close: () => sql.end(),
  };
}

function refuse(status: number, message: string): Response {
  return Response.json({ message }, { status });
}
