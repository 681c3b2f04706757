import { App } from "npm:@supabase/lite@0.10.0";
import { contentType } from "npm:deno-std@1.4.0/media_types/content_type.js";
import { AsyncLocalStorage } from "node:async_hooks";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { authAdmin } from "../apis/auth-admin.ts";
import type { Sandbox } from "../resend/types.ts";
import { authConfig, authMailer, makeAuthSchema, serveAuth } from "./auth.ts";
import { limitCodes } from "./code-limits.ts";
import type { Database } from "./database.ts";
import type { Keys } from "./data-dir.ts";

/** REST and Auth for whoever has a key, and Studio for the browser on this machine. */
export interface Supabase {
  /**
   * REST, and Studio's page with its calls. Where `peer` is an address of this machine, a request
   * without a key counts as service_role; where it is null, it is refused with 401.
   */
  fetch(request: Request, peer: string | null): Promise<Response>;
  /** A file of Studio's, by the path after `/static/`. */
  file(path: string): Promise<Response>;
  /** Sign-in by a code; refused with 401 without a key. The people in it, with the secret key. */
  auth(request: Request): Promise<Response>;
}

/** What @supabase/lite works with. */
export interface SupabaseOptions {
  url: string;
  database: Database;
  keys: Keys;
  /** Takes the mails with the codes. */
  sandbox: Sandbox;
  log: (line: string) => void;
}

/**
 * What a request prints as an error goes to this instead: @supabase/lite prints an error together
 * with the rows of the statement, which nobody should find on a terminal.
 */
const printing = new AsyncLocalStorage<(line: string) => void>();
const { console } = globalThis;
const printError = console.error;
console.error = (...values: unknown[]) => {
  const log = printing.getStore();
  if (log) log((values[0] as Error | null)?.message ?? String(values[0]));
  else printError(...values);
};

/**
 * Puts @supabase/lite on top of a database. What Auth keeps its people in is made here, so that the
 * migrations find it.
 */
export async function openSupabase(
  { url, database, keys, sandbox, log }: SupabaseOptions,
): Promise<Supabase> {
  const app = new App({
    connection: database.connection,
    auth: {
      ...authConfig(url, keys.jwtSecret),
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
    },
    options: {
      server: { admin: true },
      drivers: { email: authMailer(database, sandbox, keys.resendApiKey) },
    },
  });
  await makeAuthSchema(app, database);
  const answer = async (part: string, request: Request, peerAddress: string | null) =>
    await printing.run(
      (line) => log(`${part}  ${line}`),
      async () => await app.fetch(request, { peerAddress }),
    );
  const limits = limitCodes();
  const admin = authAdmin({ sql: database.sql, secretKey: keys.secretKey });
  // With the key of a page there is no such thing.
  const isPage = ({ headers }: Request) => headers.get("apikey") === keys.publishableKey;
  const files = dirname(fileURLToPath(
    import.meta.resolve("npm:@supabase/lite@0.10.0/static/favicon.ico"),
  ));

  return {
    fetch: (request, peer) => answer("rest", request, peer),
    auth: async (request) => {
      const { pathname } = new URL(request.url);
      const people = isPage(request)
        ? null
        : await admin(request, pathname.slice("/auth/v1".length));
      return people ?? await serveAuth(request, (request) => answer("auth", request, null), limits);
    },
    file: async (path) => {
      const bytes = await Deno.readFile(join(files, normalize(join("/", path)))).catch(() => null);
      const type = contentType(extname(path));
      if (!bytes || !type) return new Response("Not found", { status: 404 });
      return new Response(bytes, {
        headers: { "content-type": type, "x-content-type-options": "nosniff" },
      });
    },
  };
}
