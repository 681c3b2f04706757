/** The built page, as it is for one project: its policy lets it talk to that one, config.json names it. */
import { contentType } from "npm:deno-std@1.4.0/media_types/content_type.js";
import { extname } from "node:path";

/** What config.json beside the page says; the page reads it in board/src/config.ts. */
export interface BoardConfig {
  supabaseUrl: string;
  publishableKey: string;
  /** "poll" where the project has no Realtime. */
  live?: "poll";
}

/** Puts the project into the policy that the built page carries. */
export function allowProject(html: string, { supabaseUrl }: BoardConfig): string {
  const { origin } = new URL(supabaseUrl);
  const places = `connect-src 'self' ${origin} ${origin.replace(/^http/, "ws")}`;
  return html.replace(/connect-src [^;"]*/, places);
}

/** The policy of a page, for a header: what a meta tag cannot say comes on top. */
function readPolicy(html: string): string {
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
  return `${policy}; frame-ancestors 'none'`;
}

const HEADERS = {
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};

/**
 * Serves a built page.
 * @param path what follows the folder's own path, without the first slash
 */
export async function servePage(
  path: string,
  folder: URL,
  config: BoardConfig,
): Promise<Response> {
  if (path === "config.json") return Response.json(config, { headers: HEADERS });
  const name = path === "" ? "index.html" : path;
  // What the page asks for is made of these; nothing else of the disk is in reach.
  const isName = /^(assets\/)?[\w-][\w.-]*$/.test(name);
  const bytes = isName ? await Deno.readFile(new URL(name, folder)).catch(() => null) : null;
  if (bytes === null) return Response.json({ message: "Not found" }, { status: 404 });

  const headers = new Headers(HEADERS);
  headers.set("content-type", contentType(extname(name)) ?? "application/octet-stream");
  if (name !== "index.html") {
    // The names of assets change with what is in them.
    if (name.startsWith("assets/")) {
      headers.set("cache-control", "public, max-age=31536000, immutable");
    }
    return new Response(bytes, { headers });
  }
  const html = allowProject(new TextDecoder().decode(bytes), config);
  headers.set("content-security-policy", readPolicy(html));
  return new Response(html, { headers });
}
