/**
 * Who may use the parts of the stack that work without a key: Studio, the inbox and the sandbox.
 * They listen on 127.0.0.1, which any page open in the browser can send requests to, so what
 * counts is which page asked. A request that came through a tunnel is a stranger as well.
 *
 * Only pages are kept out. Every program on this machine, of whatever user, can claim to be a page
 * of ours (`Sec-Fetch-Site: same-origin`), and so read and write everything here without a key.
 */

/** Headers that a proxy or a tunnel adds: then the true sender is not on this machine. */
const FORWARDED = [
  "cf-connecting-ip",
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

/**
 * Tells why a request does not come from this machine's own programs or the stack's own pages.
 * @param port the port that the stack listens on
 * @returns the reason in one sentence, or null when the request is welcome
 */
export function reasonToRefuse(request: Request, port: number): string | null {
  const host = request.headers.get("host") ?? "";
  const ours = ["127.0.0.1", "localhost"].map((name) => `${name}:${port}`);
  // A foreign name for 127.0.0.1 (DNS rebinding) makes a foreign page look like one of ours.
  if (!ours.includes(host.toLowerCase()) && !(port === 80 && ours.includes(`${host}:80`))) {
    return `Only http://127.0.0.1:${port} and http://localhost:${port} are served here.`;
  }
  if (FORWARDED.some((name) => request.headers.has(name))) {
    return "This part of the stack is not served through a proxy or a tunnel.";
  }
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const isNavigation = request.method === "GET" &&
    request.headers.get("sec-fetch-mode") === "navigate" &&
    request.headers.get("sec-fetch-dest") === "document";
  const isForeign = (origin !== null && origin !== `http://${host}`) ||
    (site !== null && site !== "same-origin" && site !== "none");
  if (isForeign && !isNavigation) return "Another web page may not use this part of the stack.";
  return null;
}

/**
 * Tells whether a script of the stack's own pages sent this, as far as the browser vouches for it.
 * Only then may Studio work without a key. `reasonToRefuse` has to be asked as well.
 */
export function isFromOwnPage(request: Request): boolean {
  return request.headers.get("sec-fetch-site") === "same-origin";
}
