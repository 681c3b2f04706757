import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Mail } from "../resend/types.ts";
import { serveInbox } from "./serve.ts";
import type { OutboxRow } from "./status.ts";

const ROW: OutboxRow = {
  id: "first",
  kind: "confirmation",
  to_address: "grace@customer.example",
  status: "sent",
  delivery: null,
  reason: null,
};
const WAITING = { ...ROW, id: "second", status: "due", reason: "429 rate_limit_exceeded" };
const MAIL = { id: "mail", idempotency_key: ROW.id } as Mail;

Deno.test("a mail comes with what became of it, and what is not sent comes by itself", async () => {
  const statusIn = async (outbox: OutboxRow[]) => {
    const answer = serveInbox("/messages", [MAIL], outbox);
    assertEquals(answer.headers.get("cache-control"), "no-store");
    const [{ status, ...mail }] = await answer.json();
    assertEquals(mail, MAIL);
    return status;
  };
  const bounced = { ...ROW, delivery: "bounced", reason: "No such mailbox" };

  assertEquals(await statusIn([]), null);
  assertEquals(await statusIn([ROW, WAITING]), { name: "sent", reason: null });
  assertEquals(await statusIn([bounced]), { name: "bounced", reason: "No such mailbox" });
  assertEquals(await serveInbox("/waiting", [MAIL], [ROW, WAITING]).json(), [WAITING]);
  // The demo's mails count as sent, and nobody is to wait for them.
  assertEquals(await serveInbox("/waiting", [], [ROW, WAITING]).json(), [WAITING]);
});

Deno.test("the page runs its own script and no other, the mails in it none", async () => {
  const page = serveInbox("", []);
  const html = await page.text();

  // That the script is allowed shows in tests/inbox.test.ts, where it runs.
  assertMatch(
    page.headers.get("content-security-policy")!,
    /^default-src 'none'; script-src 'sha256-[^' ]+'; .*frame-ancestors 'none'$/,
  );
  assert(!/\son[a-z]+="|innerHTML|outerHTML|insertAdjacentHTML|document\.write/.test(html));
  const sandbox = /sandbox: "(.*?)"/.exec(html)![1]!;
  assert(!/allow-scripts|allow-top-navigation/.test(sandbox));
});
