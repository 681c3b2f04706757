import { App } from "npm:@supabase/lite@0.10.0";
import { contentType } from "npm:deno-std@1.4.0/media_types/content_type.js";
import { AsyncLocalStorage } from "node:async_hooks";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "./database.ts";
import type { Keys } from "./data-dir.ts";

/** REST for whoever has a key, and Studio for the browser on this machine. */
export interface Supabase {
  /**
   * REST, and Studio's page with its calls. Where `peer` is an address of this machine, a request
   * without a key counts as service_role; where it is null, it is refused with 401.
   */
  fetch(request: Request, peer: string | null): Promise<Response>;
  /** A file of Studio's, by the path after `/static/`. */
  file(path: string): Promise<Response>;
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

/** Puts @supabase/lite on top of a migrated database. */
export function serveSupabase(
  database: Database,
  keys: Keys,
  log: (line: string) => void,
): Supabase {
  const app = new App({
    connection: database.connection,
    auth: { enabled: false, publishable_key: keys.publishableKey, secret_key: keys.secretKey },
    options: { server: { admin: true } },
  });
  const files = dirname(fileURLToPath(
    import.meta.resolve("npm:@supabase/lite@0.10.0/static/favicon.ico"),
  ));

  return {
    fetch: (request, peerAddress) =>
      printing.run(
        (line) => log(`rest  ${line}`),
        async () => await app.fetch(request, { peerAddress }),
      ),
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
