import { notSent, type OutboxRow, statusOf } from "./status.ts";
import type { Mail } from "../resend/types.ts";

/** The page, read once per start. */
export const PAGE = await (await fetch(new URL("./page.html", import.meta.url))).text();

/**
 * The page may run its own script and nothing else. Styles may be inline because the mails in its
 * frames live under the same policy, and a mail is made of inline styles.
 */
const HEADERS = {
  "content-security-policy": "default-src 'none'; " +
    `script-src 'sha256-${await hashScript(PAGE)}'; style-src 'unsafe-inline'; ` +
    "img-src data: https:; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * Serves the inbox: what the attendees got, and what they are still to get.
 * @param path what follows `/inbox`
 * @param mails newest first
 * @param outbox what the product says about its mails
 */
export function serveInbox(path: string, mails: Mail[], outbox: OutboxRow[] = []): Response {
  const answer = (value: unknown) => Response.json(value, { headers: HEADERS });
  switch (path) {
    case "":
    case "/":
      return new Response(PAGE, {
        headers: { ...HEADERS, "content-type": "text/html; charset=utf-8" },
      });
    case "/messages":
      return answer(mails.map((mail) => ({ ...mail, status: statusOf(mail, outbox) })));
    case "/waiting":
      return answer(notSent(mails, outbox));
  }
  return Response.json({ message: "Not found" }, { status: 404 });
}

async function hashScript(html: string): Promise<string> {
  const script = /<script>(.*?)<\/script>/s.exec(html)?.[1];
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  return new Uint8Array(hash).toBase64();
}
