/// <reference lib="dom" />
/** The board on windows of every width, with names that visitors may have typed. */
import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Page } from "npm:puppeteer-core@25.16.0";
import type { Stack } from "../local/stack/stack.ts";
import { BoardPage, startBoard } from "./support/board.ts";
import { keepPicture, testPage } from "./support/browser.ts";
import { readFixture } from "./support/webhook.ts";

/** Names and addresses that are as long as somebody likes, and without a place to break them. */
const LONG = {
  name: "W".repeat(120),
  company: "N".repeat(150),
  domain: `${"long-names-of-a-family".repeat(2)}.${"and-sons".repeat(5)}.example`,
  host: `${"somebody.of.the.outbound.team".repeat(2)}@outboundsolutions.com`,
  title: "Donaudampfschifffahrtsgesellschaft".repeat(4),
};

/** From the narrowest phone to a laptop; that at 200 % is 720. */
const WIDTHS = [320, 390, 720, 1440];

testPage("the board on every width in Chromium", async (page, t) => {
  await using stack = await startBoard();
  const board = await BoardPage.open(page, stack);
  const places = await listPlaces(stack);
  await board.signIn();

  for (const width of WIDTHS) {
    await t.step(`at ${width} everything is in sight without scrolling sideways`, async () => {
      await page.setViewport({ width, height: 844 });
      const found: Record<string, string[]> = {};
      for (const hash of places) {
        await board.go(hash);
        await page.waitForNetworkIdle({ idleTime: 200 });
        const opener = await page.$("tbody [aria-expanded]");
        if (opener) {
          await opener.click();
          await page.waitForNetworkIdle({ idleTime: 200 });
        }
        const out = await listOutOfSight(page);
        if (out.length > 0) found[hash] = out;
        await keepPicture(page, `board-${width}${hash.replace(/[^a-z]+/g, "-")}`);
      }
      assertEquals(found, {});
      board.assertNoProblems();
    });
  }
});

/** Books as a visitor with long names, and lists every page that there is. */
async function listPlaces(stack: Stack): Promise<string[]> {
  const { payload, ...event } = JSON.parse(
    new TextDecoder().decode(readFixture("booking-created-business")),
  );
  const email = `${"x".repeat(60)}@${LONG.domain}`;
  const start = Date.now() + 86_400_000;
  await stack.sql("select public.handle_calcom_event($1::jsonb)", [JSON.stringify({
    ...event,
    createdAt: new Date().toISOString(),
    payload: {
      ...payload,
      uid: "long",
      title: LONG.title,
      startTime: new Date(start).toISOString(),
      endTime: new Date(start + 1_800_000).toISOString(),
      organizer: { ...payload.organizer, email: LONG.host },
      attendees: [{ ...payload.attendees[0], email, name: LONG.name }],
      responses: { company: { label: "Company", value: LONG.company } },
    },
  })]);
  const [row] = await stack.sql<{ person_id: string; company_id: string; deal_id: string }>(
    "select person_id, company_id, deal_id from board_meetings where email = $1",
    [email],
  );
  await stack.sql("update people set suppressed_at = now(), suppressed_reason = $1 where id = $2", [
    "its mailbox is full",
    row!.person_id,
  ]);
  return [
    "#/pipeline",
    "#/pipeline?search=nnnn",
    `#/deal/${row!.deal_id}`,
    `#/company/${row!.company_id}`,
    `#/person/${row!.person_id}`,
    "#/meetings?host=all",
    "#/meetings?host=all&week=1",
    "#/numbers",
    "#/numbers/meetings",
    "#/numbers/deals",
    "#/members",
    ...["health", "events", "mails", "suppressed", "people", "rebuild", "reconciliation"]
      .map((name) => `#/operator?view=${name}`),
  ];
}

/** What one would have to scroll sideways for. The columns of the pipeline are made for that. */
async function listOutOfSight(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const hides = (part: Element) => /hidden|clip/.test(getComputedStyle(part).overflowX);
    const isMeant = (part: Element): boolean =>
      part.closest("[data-fill] > :not([role='group'])") !== null && width < 1_000;
    /** A text that ends in dots, and what only a screen reader is told. */
    const isCut = (part: Element): boolean => {
      for (let at: Element | null = part; at; at = at.parentElement) {
        if (hides(at) && at.getBoundingClientRect().right <= width + 1) return true;
      }
      return false;
    };
    return [...document.querySelectorAll("body *")].filter((part) => {
      const { left, right, width: own } = part.getBoundingClientRect();
      const isScrolled = /auto|scroll/.test(getComputedStyle(part).overflowX) &&
        part.scrollWidth > part.clientWidth + 1;
      const isOutside = own > 0 && (right > width + 1 || left < -1);
      return (isScrolled || isOutside) && !isMeant(part) && !isCut(part);
    }).map((part) => `${part.tagName} ${part.className}: ${part.textContent!.slice(0, 40)}`).slice(
      0,
      4,
    );
  });
}
