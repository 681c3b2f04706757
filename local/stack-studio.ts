import { App } from "npm:@supabase/lite@0.10.0";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import type { Database } from "./stack-database.ts";
import type { Keys } from "./stack-folder.ts";

/** REST for whoever has a key, and Studio for the browser on this machine. */
export interface Supabase {
  /** `/rest/v1` with a key. A request without one is refused with 401. */
  rest(request: Request): Promise<Response>;
  /** The calls of Studio's page, which count as service_role: check who asks before. */
  studio(request: Request): Promise<Response>;
  /** Studio's page; it finds its own way in the browser, so it is the same for every path. */
  page(): Promise<Response>;
  /** A file of Studio's, by the path after `/static/`. */
  file(path: string): Promise<Response>;
}

const CONTENT_TYPES: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".woff2": "font/woff2",
};

/** Puts @supabase/lite on top of a migrated database. */
export function serveSupabase(
  database: Database,
  keys: Keys,
  log: (line: string) => void,
): Supabase {
  const config = {
    connection: database.connection,
    auth: {
      enabled: false,
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
    },
  };
  // Two of them, so that nobody but Studio ever meets the one that works without a key.
  const rest = new App({ ...config, options: { server: { disableStudio: true } } });
  const studio = new App({ ...config, options: { server: { admin: true } } });
  const files = join(
    fileURLToPath(import.meta.resolve(
      "npm:@supabase/lite@0.10.0/static/favicon.ico",
    )),
    "..",
  );

  async function serve(app: App, request: Request): Promise<Response> {
    // A slow sender must not hold up the queue, so its body is read before.
    const body = request.body ? await request.arrayBuffer() : null;
    const { method, headers } = request;
    const complete = new Request(request.url, { method, headers, body });
    return await database.alone(() =>
      quietly(log, async () => await app.fetch(complete, { peerAddress: "127.0.0.1" }))
    );
  }

  return {
    rest: (request) => serve(rest, request),
    studio: (request) => serve(studio, request),
    page: () => serve(studio, new Request("http://127.0.0.1/")),
    file: async (path) => {
      const file = join(files, normalize(join("/", path)));
      const type = CONTENT_TYPES[extname(file)];
      const bytes = type && await Deno.readFile(file).catch(() => null);
      if (!bytes) return new Response("Not found", { status: 404 });
      return new Response(bytes, {
        headers: { "content-type": type, "x-content-type-options": "nosniff" },
      });
    },
  };
}

/**
 * Does `work` with everything it would print as an error as one line of the log: @supabase/lite
 * prints the rows of a failed statement as well, which nobody should find on a terminal.
 */
async function quietly<T>(log: (line: string) => void, work: () => Promise<T>): Promise<T> {
  // Only one of these runs at a time: the callers stand in the queue of the database.
  const print = globalThis.console.error;
  globalThis.console.error = (error: unknown) => {
    log(`[rest] ${(error as Error | null)?.message ?? String(error)}`);
  };
  try {
    return await work();
  } finally {
    globalThis.console.error = print;
  }
}
