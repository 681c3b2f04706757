/// <reference lib="dom" />
import { assertEquals, assertMatch, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { serveInbox } from "../local/inbox/serve.ts";
import type { OutboxRow } from "../local/inbox/status.ts";
import { openSandbox } from "../local/resend/server.ts";
import { render } from "../supabase/functions/send-emails/email/sample.ts";
import { createResend } from "../supabase/functions/send-emails/resend.ts";
import { keepPicture, testPage } from "./support/browser.ts";

/** An inbox in front of a sandbox, with the outbox in the hands of the test. */
async function serve(outbox: OutboxRow[]) {
  const sandbox = await openSandbox({
    apiKey: "re_test",
    webhookSecret: "whsec_c2VjcmV0",
    file: null,
    verifiedDomains: () => Promise.resolve(["outboundsolutions.com"]),
  });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    return pathname.startsWith("/inbox")
      ? serveInbox(pathname.slice("/inbox".length), sandbox.messages(), outbox)
      : sandbox.fetch(request, pathname);
  });
  const baseUrl = `http://127.0.0.1:${server.addr.port}`;
  const send = createResend({ apiKey: "re_test", baseUrl });
  return {
    url: `${baseUrl}/inbox`,
    accept: async (kind: string, id: string) =>
      assertEquals((await send(await render(kind), id)).outcome, "sent"),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const ROW: OutboxRow = {
  id: "first",
  kind: "confirmation",
  to_address: "tobias.reyes@northwindcargo.example",
  status: "sent",
  delivery: null,
  reason: null,
};

testPage("the inbox page in Chromium", async (page, t) => {
  const outbox = [ROW];
  await using inbox = await serve(outbox);
  const until = (condition: string) => page.waitForFunction(condition, { timeout: 15_000 });
  const untilText = (selector: string, text: string) =>
    until(`document.querySelector("${selector}").innerText.includes("${text}")`);
  const textOf = (selector: string) =>
    page.$eval(selector, (part) => (part as HTMLElement).innerText);
  const backgroundOf = (element: string) =>
    page.evaluate(`getComputedStyle(${element}).backgroundColor`);
  const mail = "document.querySelector('iframe').contentDocument";

  await t.step("an empty inbox says so", async () => {
    await page.setViewport({ width: 1280, height: 900 });
    await page.goto(inbox.url);
    await untilText("nav", "No mail yet");
  });

  await t.step("a mail appears by itself, as the attendee sees it", async () => {
    await inbox.accept("reschedule", "first");
    await untilText("nav", "New time");
    await until(`${mail}.querySelector('h1')?.textContent === "Your meeting has a new time"`);
    await until("document.querySelector('iframe').offsetHeight > 500");
    assertMatch(await textOf("main"), /Status\s+sent/);
    assertEquals(await page.evaluate(`${mail}.querySelector("a[href]").target`), "_blank");
  });

  await t.step("what became of it changes by itself, and the mail stays in place", async () => {
    await page.evaluate("document.querySelector('iframe').mark = 'same'");
    outbox[0] = { ...ROW, delivery: "delivered" };
    outbox.push({ ...ROW, id: "second", status: "due", reason: "429 rate_limit_exceeded" });
    await untilText("main", "delivered");
    assertEquals(await page.evaluate("document.querySelector('iframe').mark"), "same");
    assertMatch(await textOf("nav"), /confirmation to tobias[^]*due[^]*429 rate_limit_exceeded/);
    await keepPicture(page, "inbox");
  });

  await t.step("in the dark there is no bright frame around a dark mail", async () => {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await keepPicture(page, "inbox-dark");
    assertEquals(await backgroundOf(`${mail}.querySelector(".card")`), "rgb(33, 36, 43)");
    assertNotEquals(await backgroundOf("document.querySelector('iframe')"), "rgb(255, 255, 255)");
  });

  await t.step(
    "text and attachments are a click away, and nothing is cut off",
    async () => {
      await page.setViewport({ width: 375, height: 720 });
      await keepPicture(page, "inbox-narrow");
      for (const name of ["Text", "invite.ics"]) {
        await page.locator(`summary::-p-text(${name})`).click();
      }
      const text = await textOf("main");
      assertMatch(text, /your meeting has moved\./);
      assertMatch(text, /Reply-To\s+mara@brightloom\.example[^]*Idempotency Key\s+first/);
      assertMatch(text, /Save \(text\/calendar[^]*METHOD:REQUEST[^]*SEQUENCE:1/);
      const fits = await page.$$eval(
        "html, nav, main, pre",
        (parts) => parts.every((part) => part.scrollWidth <= part.clientWidth),
      );
      assertEquals(fits, true);
      await keepPicture(page, "inbox-parts");
    },
  );
});
