import { notSent, type OutboxRow, statusOf } from "./status.ts";
import type { Mail } from "../resend/types.ts";

/** The page, read once per start. */
const page = await readPage();

/**
 * Serves the inbox: what the attendees got, and what they are still to get.
 * @param path what follows `/inbox`
 * @param mails newest first
 * @param outbox what the product says about its mails
 */
export function serveInbox(path: string, mails: Mail[], outbox: OutboxRow[] = []): Response {
  if (path === "" || path === "/") return new Response(page.html, { headers: page.headers });
  if (path === "/messages") {
    return answer(mails.map((mail) => ({ ...mail, status: statusOf(mail, outbox) })));
  }
  if (path === "/waiting") return answer(notSent(mails, outbox));
  return Response.json({ message: "Not found" }, { status: 404 });
}

function answer(value: unknown): Response {
  return Response.json(value, {
    headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" },
  });
}

/**
 * The page may run its own script and nothing else. Styles may be inline because the mails in its
 * frames live under the same policy, and a mail is made of inline styles.
 */
async function readPage() {
  const html = await (await fetch(new URL("./page.html", import.meta.url))).text();
  const script = html.slice(
    html.indexOf("<script>") + "<script>".length,
    html.indexOf("</script>"),
  );
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script));
  const policy = [
    "default-src 'none'",
    `script-src 'sha256-${new Uint8Array(hash).toBase64()}'`,
    "style-src 'unsafe-inline'",
    "img-src data: https:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    html,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy.join("; "),
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
    },
  };
}
