import type { Board } from "./board.ts";
import type { EdgeFunctions } from "./functions.ts";
import { isFromOwnPage, reasonToRefuse } from "./guard.ts";
import type { Supabase } from "./rest.ts";

/** Everything that is behind the one port. */
export interface Parts {
  port: number;
  supabase: Supabase;
  /** The Resend sandbox; `path` is what follows `/resend`. */
  resend: (request: Request, path: string) => Promise<Response>;
  /** Stand-ins of the APIs; null for a path that is not theirs, or without them. */
  apis: { fetch(request: Request, pathname: string): Promise<Response> | null } | null;
  /** The board; null without it. */
  board: Pick<Board, "fetch"> | null;
  /** The inbox; `path` is what follows `/inbox`. */
  inbox: (path: string) => Promise<Response>;
  functions: EdgeFunctions | null;
}

/** As the platform puts it. */
const NO_FUNCTION = { code: "NOT_FOUND", message: "Requested function was not found" };

/** Answers a request; `peer` is the address it came from. */
export type Route = (request: Request, peer: string) => Promise<Response>;

/** Sends each request to the part of the stack that its path names. */
export function createRouter(
  { port, supabase, resend, apis, board, inbox, functions }: Parts,
): Route {
  return async (request, peer) => {
    const { pathname } = new URL(request.url);

    // A webhook may come from anywhere, a tunnel included: the functions check who sent it.
    if (isUnder("/functions/v1", pathname)) {
      const name = pathname.split("/")[3] ?? "";
      return await (functions?.fetch(name, request) ?? Response.json(NO_FUNCTION, { status: 404 }));
    }
    // Without a key @supabase/lite refuses it. A page of another origin may ask, as at Supabase.
    if (isUnder("/auth/v1", pathname)) return await supabase.auth(request);
    const isRest = isUnder("/rest/v1", pathname);
    const isOwnPage = isFromOwnPage(request);
    if (isRest && (hasKey(request) || !isOwnPage)) return await supabase.fetch(request, null);

    const reason = reasonToRefuse(request, port);
    if (reason !== null) return Response.json({ message: reason }, { status: 403 });

    if (isRest || isUnder("/_system", pathname) && isOwnPage) {
      return await supabase.fetch(request, peer);
    }
    const answer = apis?.fetch(request, pathname) ?? null;
    if (answer !== null) return await answer;
    if (isUnder("/resend", pathname)) {
      return await resend(request, pathname.slice("/resend".length));
    }
    if (board && isUnder("/board", pathname)) {
      return await board.fetch(request, pathname.slice("/board".length));
    }
    if (isUnder("/inbox", pathname)) return await inbox(pathname.slice("/inbox".length));
    if (isUnder("/static", pathname)) return await supabase.file(pathname.slice("/static/".length));
    // Only the page itself is handed out here: a path that is spelled oddly cannot reach a call.
    if (isStudioPage(request.method, pathname)) {
      return unframed(await supabase.fetch(new Request(new URL("/", request.url)), null));
    }
    return Response.json({ message: "Not found" }, { status: 404 });
  };
}

function isUnder(prefix: string, pathname: string): boolean {
  return pathname === prefix || pathname.startsWith(`${prefix}/`);
}

function hasKey(request: Request): boolean {
  return request.headers.has("apikey") || request.headers.has("authorization") ||
    new URL(request.url).searchParams.has("apikey");
}

/** Studio finds its own way in the browser, so its page is the same for every path. */
function isStudioPage(method: string, pathname: string): boolean {
  return (method === "GET" || method === "HEAD") &&
    !/^\/(_system|auth|storage|realtime|graphql)(\/|$)/.test(pathname);
}

/** A foreign page must not show Studio in a frame and have its buttons clicked. */
function unframed(page: Response): Response {
  page.headers.set("content-security-policy", "frame-ancestors 'none'");
  return page;
}
