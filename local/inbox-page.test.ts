import assert from "node:assert/strict";
import { renderMessage } from "../supabase/functions/send-emails/message.ts";
import { findChromium, openPage } from "./browser.ts";
import { serveInbox } from "./inbox.ts";
import type { OutboxRow } from "./inbox-states.ts";
import { sampleEmail } from "./mail-samples.ts";
import { openSandbox } from "./resend/server.ts";

const chromium = await findChromium();

/** A folder for pictures; without it none are kept. */
const PICTURES = Deno.env.get("PICTURES");

/** An inbox behind a real port, with what it shows in the hands of the test. */
async function serve() {
  const sandbox = await openSandbox({
    apiKey: "re_test",
    webhookSecret: "whsec_c2VjcmV0",
    file: null,
    verifiedDomains: () => Promise.resolve(["outboundsolutions.com"]),
  });
  const outbox: OutboxRow[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const path = new URL(request.url).pathname.slice("/inbox".length);
    return serveInbox(path, sandbox.messages(), outbox);
  });

  async function accept(kind: "confirmation" | "reschedule" | "cancellation", id: string) {
    const { replyTo, attachments, ...message } = await renderMessage(sampleEmail(kind));
    const answer = await sandbox.fetch(
      new Request("http://127.0.0.1/", {
        method: "POST",
        headers: { authorization: "Bearer re_test", "idempotency-key": id },
        body: JSON.stringify({
          ...message,
          reply_to: replyTo,
          attachments: attachments?.map(({ contentType, ...file }) => ({
            ...file,
            content_type: contentType,
          })),
        }),
      }),
      "/emails",
    );
    assert.equal(answer.status, 200, await answer.text());
  }

  return {
    url: `http://127.0.0.1:${server.addr.port}/inbox`,
    outbox,
    accept,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function row(id: string, status: string, more: Partial<OutboxRow> = {}): OutboxRow {
  return {
    id,
    kind: "confirmation",
    to_address: "tobias.reyes@northwindcargo.example",
    created_at: "2026-11-22T12:00:00Z",
    status,
    delivery: null,
    reason: null,
    attempts: 1,
    ...more,
  };
}

Deno.test({
  name: "the inbox page in Chromium",
  ignore: chromium === null,
  fn: async (t) => {
    await using inbox = await serve();
    await using page = await openPage(chromium!);
    const keep = async (name: string) => {
      const picture = await page.screenshot();
      if (PICTURES) await Deno.writeFile(`${PICTURES}/${name}.png`, picture);
    };
    const press = (button: string) =>
      page.evaluate(
        `[...document.querySelectorAll("button")]
           .find((button) => button.textContent.startsWith(${JSON.stringify(button)})).click()`,
      );
    const shown = () => page.evaluate<string>("document.querySelector('main').innerText");

    await t.step("an empty inbox says so", async () => {
      await page.resize(1280, 900);
      await page.goto(inbox.url);
      await page.until("document.querySelector('nav').innerText.includes('No mail yet')");
    });

    await t.step("a mail appears by itself, as the attendee sees it", async () => {
      await inbox.accept("reschedule", "first");
      inbox.outbox.push(row("first", "sent"));
      await page.until("document.querySelector('nav').innerText.includes('New time')");
      await page.until("document.querySelector('iframe')?.contentDocument?.querySelector('h1')");
      const frame = "document.querySelector('iframe').contentDocument";
      assert.equal(
        await page.evaluate(`${frame}.querySelector("h1").textContent`),
        "Your meeting has a new time",
      );
      await page.until("document.querySelector('iframe').offsetHeight > 500");
      assert.match(await shown(), /State\s+sent/);
    });

    await t.step("what became of it changes by itself, and the mail stays in place", async () => {
      await page.evaluate("document.querySelector('iframe').mark = 'same'");
      inbox.outbox[0] = row("first", "sent", { delivery: "delivered" });
      inbox.outbox.push(row("second", "due", { reason: "429 rate_limit_exceeded" }));
      await page.until("document.querySelector('main').innerText.includes('delivered')");
      assert.equal(await page.evaluate("document.querySelector('iframe').mark"), "same");
      const list = await page.evaluate<string>("document.querySelector('nav').innerText");
      assert.match(list, /Confirmation to tobias[^]*due[^]*429 rate_limit_exceeded/);
      assert.match(list, /delivered/);
      await keep("inbox");
    });

    await t.step("text, headers and attachments are a click away", async () => {
      await press("Text");
      assert.match(await shown(), /your meeting has moved\./);
      await press("Headers");
      assert.match(await shown(), /reply-to: mara@brightloom\.example/);
      assert.match(await shown(), /idempotency-key: first/);
      await press("Attachments (1)");
      assert.match(await shown(), /invite\.ics text\/calendar[^]*METHOD:REQUEST[^]*SEQUENCE:1/);
      const link = "document.querySelector('a[download=\"invite.ics\"]')";
      assert.match(await page.evaluate<string>(`${link}.href`), /^blob:/);
      await press("Mail");
    });

    await t.step(
      "on a phone there is the list, then the mail, and nothing is cut off",
      async () => {
        await page.resize(375, 720, true);
        await inbox.accept("cancellation", "third");
        await page.until("document.querySelectorAll('nav a').length === 2");
        await page.until("getComputedStyle(document.querySelector('main')).display === 'none'");
        await keep("inbox-phone-list");
        await page.evaluate("document.querySelector('nav a').click()");
        await page.until("document.querySelector('iframe')?.contentDocument?.querySelector('h1')");
        assert.equal(
          await page.evaluate("getComputedStyle(document.querySelector('nav')).display"),
          "none",
        );
        const fits = `[document.documentElement, document.querySelector("main")]
        .every((part) => part.scrollWidth <= part.clientWidth)`;
        for (const view of ["Mail", "Text", "Headers", "Attachments"]) {
          await press(view);
          assert.ok(
            await page.evaluate(fits),
            view,
          );
        }
        await press("Mail");
        await page.until("document.querySelector('iframe')?.offsetHeight > 400");
        await keep("inbox-phone-mail");
        await page.evaluate("document.querySelector('#back').click()");
        await page.until("getComputedStyle(document.querySelector('nav')).display !== 'none'");
      },
    );
  },
});
