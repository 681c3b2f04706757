import { escape } from "npm:deno-std@1.4.0/html/entities.js";
import { buildBoard, DIST, isBuilt } from "../board/build.ts";
import { type BoardConfig, servePage } from "../board/page.ts";

/** The board at `/board`. */
export interface Board {
  /** @param path what follows `/board` */
  fetch(request: Request, path: string): Promise<Response>;
  /** Resolves when the page is built, or cannot be. */
  built: Promise<void>;
  /** Stops building it. */
  close(): Promise<void>;
}

/** Serves the board of a stack. Where it is not built it is built beside, and the page waits for it. */
export function openBoard(config: BoardConfig, log: (line: string) => void): Board {
  let isReady = false;
  let problem: string | null = null;
  const closing = new AbortController();
  const built = buildBoard((line) => log(`board  ${line}`), closing.signal).then(() => {
    isReady = true;
  }, (error) => {
    if (closing.signal.aborted) return;
    problem = error.message;
    log(`board  ${error.message}`);
  });

  return {
    built,
    close: async () => {
      closing.abort();
      await built;
    },
    fetch: async (request, path) => {
      // Its files are named relative to the folder.
      if (path === "") return Response.redirect(new URL("/board/", request.url), 302);
      if (isReady || await isBuilt()) return await servePage(path.slice(1), DIST, config);
      return problem === null
        ? say("The board is being built", "This page shows it as soon as it is there.", true)
        : say("The board could not be built", problem);
    },
  };
}

/** A page without a script, that comes again by itself. */
function say(title: string, text: string, isSoon = false): Response {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Board</title>
<h1>${escape(title)}</h1><pre>${escape(text)}</pre></html>`;
  return new Response(html, {
    status: 503,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "cache-control": "no-store",
      ...(isSoon ? { "refresh": "2", "retry-after": "2" } : {}),
    },
  });
}
