import { assert } from "npm:deno-std@1.4.0/assert/mod.js";
import { isFromOwnPage, reasonToRefuse } from "./guard.ts";

const PORT = 54321;

function isWelcome(headers: Record<string, string>, method = "GET"): boolean {
  const request = new Request(`http://127.0.0.1:${PORT}/inbox`, {
    method,
    headers: { host: `127.0.0.1:${PORT}`, ...headers },
  });
  return reasonToRefuse(request, PORT) === null;
}

Deno.test("programs and pages of this machine are welcome under both names", () => {
  assert(isWelcome({}));
  assert(isWelcome({ host: `localhost:${PORT}` }));
  assert(isWelcome({ origin: `http://127.0.0.1:${PORT}`, "sec-fetch-site": "same-origin" }));
  assert(isWelcome({ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }));
});

Deno.test("a foreign name for this machine is refused, whatever else is right", () => {
  for (const host of ["evil.example", `evil.example:${PORT}`, "127.0.0.1", "localhost:1", ""]) {
    assert(!isWelcome({ host }), host);
    assert(
      !isWelcome({ host, origin: `http://${host}`, "sec-fetch-site": "same-origin" }),
      host,
    );
  }
});

Deno.test("the scripts, forms and frames of another page are refused", () => {
  assert(!isWelcome({ origin: "https://evil.example" }));
  assert(!isWelcome({ origin: "null" }));
  assert(!isWelcome({ origin: "http://127.0.0.1:3000" }));
  assert(!isWelcome({ "sec-fetch-site": "cross-site" }));
  assert(!isWelcome({ "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }));
  const navigation = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
  assert(!isWelcome({ ...navigation, "sec-fetch-dest": "iframe" }));
  assert(!isWelcome({ ...navigation, "sec-fetch-dest": "document" }, "POST"));
});

Deno.test("a link on another page may be followed", () => {
  assert(isWelcome({
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
  }));
});

Deno.test("what comes through a tunnel is a stranger, even under our name", () => {
  for (const name of ["x-forwarded-for", "x-forwarded-proto", "cf-connecting-ip", "via"]) {
    assert(!isWelcome({ [name]: "203.0.113.9" }), name);
  }
  assert(!isWelcome({ forwarded: "for=203.0.113.9", "sec-fetch-site": "same-origin" }));
});

Deno.test("only the browser's word makes a request our own page's", () => {
  const from = (headers: Record<string, string>) =>
    isFromOwnPage(new Request("http://127.0.0.1/", { headers }));
  assert(from({ "sec-fetch-site": "same-origin" }));
  assert(!from({}));
  assert(!from({ origin: "http://127.0.0.1" }));
  assert(!from({ "sec-fetch-site": "none" }));
});
