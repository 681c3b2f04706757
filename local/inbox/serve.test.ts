import assert from "node:assert/strict";
import { serveInbox } from "./serve.ts";
import type { OutboxRow } from "./status.ts";
import type { Mail } from "../resend/types.ts";

const MAIL: Mail = {
  id: "5f0c7c1e-0000-4000-8000-000000000000",
  from: "team@brand.example",
  to: ["grace@customer.example"],
  subject: "Confirmed",
  html: "<script>alert(1)</script>",
  text: null,
  headers: {},
  reply_to: [],
  attachments: [],
  idempotency_key: null,
  created_at: "2026-11-22T12:00:00.000Z",
};

Deno.test("the messages come as they are, and never from a cache", async () => {
  const answer = serveInbox("/messages", [MAIL]);

  assert.deepEqual(await answer.json(), [{ ...MAIL, status: null }]);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal(answer.headers.get("access-control-allow-origin"), null);
});

Deno.test("a mail comes with what became of it, and what is not sent comes by itself", async () => {
  const row: OutboxRow = {
    id: "0b0f6a52-0000-4000-8000-000000000000",
    kind: "confirmation",
    to_address: "grace@customer.example",
    created_at: MAIL.created_at,
    status: "sent",
    delivery: null,
    reason: null,
    attempts: 1,
  };
  const waiting = { ...row, id: "other", status: "due", reason: "429 rate_limit_exceeded" };
  const outbox = [row, waiting];
  const mails = [{ ...MAIL, idempotency_key: row.id }];
  const statusAfter = async (delivery: string | null) => {
    const rows = [{ ...row, delivery, reason: delivery && "No such mailbox" }, waiting];
    const [mail] = await serveInbox("/messages", mails, rows).json();
    return mail.status;
  };

  assert.deepEqual(await statusAfter(null), { name: "sent", reason: null });
  assert.deepEqual(await statusAfter("bounced"), { name: "bounced", reason: "No such mailbox" });
  assert.deepEqual(await serveInbox("/waiting", mails, outbox).json(), [waiting]);
  // The demo's mails count as sent, and nobody is to wait for them.
  assert.deepEqual(await serveInbox("/waiting", [], outbox).json(), [waiting]);
});

Deno.test("the page runs its own script and no other", async () => {
  const page = serveInbox("", [MAIL]);
  const html = await page.text();
  const policy = page.headers.get("content-security-policy")!;

  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script]) => script!);
  assert.equal(scripts.length, 1);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(scripts[0]));
  assert.match(policy, /^default-src 'none'; /);
  assert.ok(policy.includes(`script-src 'sha256-${new Uint8Array(hash).toBase64()}';`));
  assert.ok(policy.includes("frame-ancestors 'none'"));
  assert.ok(!/\son[a-z]+="|innerHTML|outerHTML|insertAdjacentHTML|document\.write/.test(html));
});

Deno.test("a mail is shown in a frame that may not run scripts", async () => {
  const html = await serveInbox("/", []).text();
  const sandbox = /frame\.sandbox = "([^"]*)"/.exec(html)?.[1]?.split(" ");

  assert.ok(sandbox);
  assert.ok(!sandbox.includes("allow-scripts"));
  assert.ok(!sandbox.includes("allow-top-navigation"));
});

Deno.test("there is nothing else below the inbox", () => {
  assert.equal(serveInbox("/other", []).status, 404);
});
