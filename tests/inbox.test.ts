import assert from "node:assert/strict";
import { serveInbox } from "../local/inbox/serve.ts";
import type { OutboxRow } from "../local/inbox/status.ts";
import { sampleEmail } from "../local/preview-samples.ts";
import { openSandbox } from "../local/resend/server.ts";
import { renderMessage } from "../supabase/functions/send-emails/email/message.ts";
import { keepPicture, testPage } from "./support/browser.ts";

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

await testPage("the inbox page in Chromium", async (page, t) => {
  await using inbox = await serve();
  const press = (button: string) => page.locator(`button::-p-text(${button})`).click();
  const textOf = (selector: string) => page.$eval(selector, (part) => part.innerText);
  const styleOf = (element: string, property: string) =>
    page.evaluate(`getComputedStyle(${element}).${property}`);
  const until = (condition: string) => page.waitForFunction(condition, { timeout: 15_000 });
  const mailHeading = "document.querySelector('iframe')?.contentDocument?.querySelector('h1')";

  await t.step("an empty inbox says so", async () => {
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(inbox.url);
    await until("document.querySelector('nav').innerText.includes('No mail yet')");
  });

  await t.step("a mail appears by itself, as the attendee sees it", async () => {
    await inbox.accept("reschedule", "first");
    inbox.outbox.push(row("first", "sent"));
    await until("document.querySelector('nav').innerText.includes('New time')");
    await until(mailHeading);
    assert.equal(
      await page.evaluate(`${mailHeading}.textContent`),
      "Your meeting has a new time",
    );
    await until("document.querySelector('iframe').offsetHeight > 500");
    assert.match(await textOf("main"), /Status\s+sent/);
  });

  await t.step("what became of it changes by itself, and the mail stays in place", async () => {
    await page.evaluate("document.querySelector('iframe').mark = 'same'");
    inbox.outbox[0] = row("first", "sent", { delivery: "delivered" });
    inbox.outbox.push(row("second", "due", { reason: "429 rate_limit_exceeded" }));
    await until("document.querySelector('main').innerText.includes('delivered')");
    assert.equal(await page.evaluate("document.querySelector('iframe').mark"), "same");
    const list = await textOf("nav");
    assert.match(list, /Confirmation to tobias[^]*due[^]*429 rate_limit_exceeded/);
    assert.match(list, /delivered/);
    await keepPicture(page, "inbox");
  });

  await t.step("in the dark there is no bright frame around a dark mail", async () => {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await keepPicture(page, "inbox-dark");
    assert.equal(
      await styleOf(`${mailHeading}.closest(".card")`, "backgroundColor"),
      "rgb(33, 36, 43)",
    );
    assert.notEqual(
      await styleOf("document.querySelector('iframe')", "backgroundColor"),
      "rgb(255, 255, 255)",
    );
    await page.emulateMediaFeatures([]);
  });

  await t.step("text, headers and attachments are a click away", async () => {
    await press("Text");
    assert.match(await textOf("main"), /your meeting has moved\./);
    await press("Headers");
    assert.match(await textOf("main"), /reply-to: mara@brightloom\.example/);
    assert.match(await textOf("main"), /idempotency-key: first/);
    await press("Attachments");
    assert.match(
      await textOf("main"),
      /invite\.ics text\/calendar[^]*METHOD:REQUEST[^]*SEQUENCE:1/,
    );
    const link = await page.$eval("a[download='invite.ics']", (link) => link.href);
    assert.match(link, /^blob:/);
    await press("Mail");
  });

  await t.step("on a phone there is the list, then the mail, and nothing is cut off", async () => {
    await page.setViewport({ width: 375, height: 720, isMobile: true, deviceScaleFactor: 2 });
    await inbox.accept("cancellation", "third");
    await until("document.querySelectorAll('nav a').length === 2");
    await until("getComputedStyle(document.querySelector('main')).display === 'none'");
    await keepPicture(page, "inbox-phone-list");
    await page.click("nav a");
    await until(mailHeading);
    assert.equal(await styleOf("document.querySelector('nav')", "display"), "none");
    for (const view of ["Mail", "Text", "Headers", "Attachments"]) {
      await press(view);
      const fits = await page.$$eval(
        "html, main",
        (parts) => parts.every((part) => part.scrollWidth <= part.clientWidth),
      );
      assert.ok(fits, view);
    }
    await press("Mail");
    await until("document.querySelector('iframe')?.offsetHeight > 400");
    await keepPicture(page, "inbox-phone-mail");
    await page.click("#back");
    await until("getComputedStyle(document.querySelector('nav')).display !== 'none'");
  });
});
