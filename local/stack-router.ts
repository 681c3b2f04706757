import { serveInbox } from "./inbox/serve.ts";
import type { OutboxRow } from "./inbox/status.ts";
import type { Sandbox } from "./resend/types.ts";
import type { EdgeFunctions } from "./stack-functions.ts";
import { isFromOwnPage, reasonToRefuse } from "./stack-guard.ts";
import type { Supabase } from "./stack-studio.ts";

/** Everything that is behind the one port. */
export interface Parts {
  port: number;
  supabase: Supabase;
  sandbox: Sandbox;
  outbox: () => Promise<OutboxRow[]>;
  functions: EdgeFunctions | null;
}

/** Sends each request to the part of the stack that its path names. */
export function createRouter({ port, supabase, sandbox, outbox, functions }: Parts) {
  return async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);

    // A webhook may come from anywhere, a tunnel included: the functions check who sent it.
    if (isUnder("/functions/v1", pathname)) {
      const name = pathname.split("/")[3] ?? "";
      return await (functions?.fetch(name, request) ?? unknownFunction());
    }
    const isRest = isUnder("/rest/v1", pathname);
    if (isRest && (hasKey(request) || !isFromOwnPage(request))) return await supabase.rest(request);

    const reason = reasonToRefuse(request, port);
    if (reason !== null) return Response.json({ message: reason }, { status: 403 });

    if (isRest) return await supabase.studio(request);
    if (isUnder("/resend", pathname)) {
      return await sandbox.fetch(request, pathname.slice("/resend".length));
    }
    if (isUnder("/inbox", pathname)) {
      const path = pathname.slice("/inbox".length);
      return serveInbox(path, sandbox.messages(), path === "" ? [] : await outbox());
    }
    if (isUnder("/static", pathname)) return await supabase.file(pathname.slice("/static/".length));
    if (isUnder("/_system", pathname) && isFromOwnPage(request)) {
      return await supabase.studio(request);
    }
    if (isStudioPage(request.method, pathname)) return unframed(await supabase.page());
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

/** Only the page itself is handed out here: a path that is spelled oddly cannot reach a call. */
function isStudioPage(method: string, pathname: string): boolean {
  return (method === "GET" || method === "HEAD") &&
    !/^\/(_system|auth|storage|realtime|graphql)(\/|$)/.test(pathname);
}

/** A foreign page must not show Studio in a frame and have its buttons clicked. */
function unframed(page: Response): Response {
  page.headers.set("content-security-policy", "frame-ancestors 'none'");
  return page;
}

function unknownFunction(): Response {
  return Response.json(
    { code: "NOT_FOUND", message: "Requested function was not found" },
    { status: 404 },
  );
}
