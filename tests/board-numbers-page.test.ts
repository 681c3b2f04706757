/// <reference lib="dom" />
import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Page } from "npm:puppeteer-core@25.16.0";
import { assertAccessible } from "./support/axe.ts";
import { BoardPage, startBoard } from "./support/board.ts";
import { keepPicture, testPage } from "./support/browser.ts";
import { catchDownloads, readCsv } from "./support/downloads.ts";

/** Hosts meetings of the demo. */
const KIM = { email: "kim@modernfull.com", name: "Kim", role: "sales" } as const;

testPage("the numbers of the board in Chromium", async (page, t) => {
  await using stack = await startBoard();
  const board = await BoardPage.open(page, stack);
  await board.signIn("viewer@team.example");
  const open = openWith(board);
  const count = async (table: string, where: string) => {
    const [row] = await stack.sql<{ n: number }>(
      `select count(*)::int as n from ${table} where ${where}`,
    );
    return row!.n;
  };

  await t.step("what the page says is what the view says", async () => {
    await open("#/numbers?period=all&unit=month", "Numbers");
    await page.waitForSelector("[data-measure=bookings]");
    const [row] = await stack.sql<Record<string, string>>(`
      select bookings, round(show_rate * 100) || '%' as show_rate, round(met_rate * 100) || '%' as met_rate, no_show,
        cancelled, round(extract(epoch from median_lead_time) / 86400, 1) || ' days' as median_lead_time
      from board_numbers where period = 'all' and level = 'all'`);
    assertEquals(
      await texts(page, "ul [data-measure]"),
      ["bookings", "show_rate", "met_rate", "no_show", "cancelled", "median_lead_time"]
        .map((name) => String(row![name])),
    );
    const months = await stack.sql<{ bookings: string }>(
      "select bookings::text from board_numbers where period = 'month' and level = 'all' order by since desc",
    );
    assertEquals(
      await texts(page, "table:first-of-type tbody [data-measure=bookings]", 0),
      months.map(({ bookings }) => bookings),
    );
  });

  await t.step("the plots show every step", async () => {
    const bars = await page.$$eval(
      "figure:first-of-type .recharts-bar-rectangle",
      (all) => all.length,
    );
    assert(bars >= 3, `${bars} bars`);
    assertEquals(await page.$$eval("figure", (all) => all.length), 3);
  });

  await t.step(
    "each number opens its rows, as many as it says, and SQL counts as many",
    async () => {
      await open("#/numbers?period=all", "Numbers");
      await page.locator("::-p-text(kim@modernfull.com)").wait();
      const links = await page.$$eval("td a", (all) =>
        all.map((link) => ({
          text: link.textContent!,
          hash: link.getAttribute("href")!,
          column: (link as HTMLElement).dataset.measure!,
          row: link.closest("tr")!.querySelector("th")!.textContent!,
          isFirst: link.closest("tr") === document.querySelector("tbody tr"),
        })));
      const chosen = links.filter(({ row, column, isFirst }) =>
        (/^(kim@|modernfull|No host)/.test(row) || isFirst) && !/rate|lead/.test(column)
      );
      assert(chosen.length > 10, `${chosen.length} numbers`);
      for (const { text, hash, row, column } of chosen) {
        const word = column.startsWith("deals") ? "deal" : "meeting";
        const heading = `${text} ${word}${text === "1" ? "" : "s"}`;
        await open(hash, heading);
        await page.waitForFunction(
          `document.querySelectorAll("tbody tr").length === ${text}`,
          { timeout: 10_000 },
        ).catch(() =>
          Promise.reject(new Error(`${column} of ${row} opens others than ${text} rows`))
        );
        assertEquals(await board.text("h1"), heading);
      }
      // And not by the view that the page reads.
      assertEquals(
        chosen.find(({ row, column }) => row === KIM.email && column === "met")?.text,
        String(
          await count(
            "bookings",
            `organizer_email = '${KIM.email}' and attended and status = 'ACCEPTED'`,
          ),
        ),
      );
    },
  );

  await t.step("brand, host and time are filters, and part of the address", async () => {
    await open("#/numbers", "Numbers");
    await page.waitForSelector("select[aria-label=Brand] option[value='modernfull.com']");
    await page.select("select[aria-label=Time]", "all");
    await page.select("select[aria-label=Brand]", "modernfull.com");
    await page.waitForFunction(
      "document.querySelectorAll('table')[1]?.tBodies[0].rows.length === 3",
    );
    assertMatch(page.url(), /period=all&brand=modernfull\.com$/);
    assertEquals(
      (await texts(page, "ul [data-measure=bookings]"))[0],
      String(await count("board_meetings", "brand = 'modernfull.com'")),
    );
    await page.select("select[aria-label=Host]", KIM.email);
    await page.waitForFunction(
      "document.querySelectorAll('table')[1]?.tBodies[0].rows.length === 1",
    );
    await open("#/numbers?period=week&host=nobody@modernfull.com", "Numbers");
    await page.locator("::-p-text(Nothing was booked in this time)").wait();
  });

  await t.step("numbers, days and weeks are written as the reader writes them", async () => {
    const german = await page.browser().newPage();
    const session = await german.createCDPSession();
    await session.send("Emulation.setLocaleOverride", { locale: "de-DE" });
    const board = await BoardPage.open(german, stack);
    await board.go("#/numbers?period=all");
    await german.locator("ul [data-measure=median_lead_time]").wait();
    assertMatch((await texts(german, "ul [data-measure=median_lead_time]"))[0]!, /^\d,\d days$/);
    await board.go("#/meetings?host=all");
    await board.see("Meetings", "h1");
    const monday = new Date();
    monday.setDate(monday.getDate() - (monday.getDay() + 6) % 7);
    await board.see(`${monday.getDate()}.`, "h1 + p");
    await german.close();
  });

  await t.step("the keyboard opens a number", async () => {
    await open("#/numbers?period=all", "Numbers");
    await page.waitForSelector("a [data-measure=bookings]");
    const steps = await tabTo(page, "Booked");
    assert(steps < 30, `${steps} times Tab`);
    await page.keyboard.press("Enter");
    await page.locator("h1 ::-p-text(meetings)").wait();
  });

  await t.step("a file has all rows of the filter, and no formula", async () => {
    await stack.sql(`
      update people set name = '=HYPERLINK("https://evil.example";"x")' where email = 'dana@harveststone.example'`);
    await using downloads = await catchDownloads(page);
    await open("#/numbers/meetings", "meetings");
    const total = await count("board_meetings", "true");
    assert(total > 50, "more than a page shows");
    await page.locator(`h1 ::-p-text(${total} meetings)`).wait();
    await page.waitForFunction(`document.querySelectorAll("tbody tr").length === 50`);

    const file = await downloads.file(() => page.locator("button ::-p-text(CSV)").click());
    assertMatch(file.name, /^meetings-\d{4}-\d\d-\d\d\.csv$/);
    assert(file.text.startsWith("\uFEFFStart,End,State,"));
    const [headings, ...rows] = readCsv(file.text);
    assertEquals(rows.length, total);
    const names = rows.map((row) => row[headings!.indexOf("Person")]);
    assert(names.includes(`'=HYPERLINK("https://evil.example";"x")`));
    assertEquals(rows.flat().filter((cell) => /^[=+\-@\t]/.test(cell)), []);
    assertEquals(
      rows.filter((row) => row[headings!.indexOf("State")] === "no_show").length,
      await count("board_meetings", "state = 'no_show'"),
    );

    await page.locator("button ::-p-text(Older)").click();
    await page.waitForFunction(`document.querySelectorAll("tbody tr").length === ${total - 50}`);
    await page.locator("button ::-p-text(Newer)").click();
    await page.waitForFunction(`document.querySelectorAll("tbody tr").length === 50`);

    await open("#/numbers?period=all&unit=quarter", "Numbers");
    const numbers = await downloads.file(() =>
      page.locator("section button ::-p-text(CSV)").click()
    );
    const [names2, ...quarters] = readCsv(numbers.text);
    assertEquals(
      quarters.map((row) => row[names2!.indexOf("Booked")]),
      (await stack.sql<{ n: string }>(
        "select bookings::text as n from board_numbers where period = 'quarter' and level = 'all' order by since",
      )).map(({ n }) => n),
    );

    await open("#/pipeline", "Pipeline");
    const deals = await downloads.file(() =>
      page.locator("button:not([disabled]) ::-p-text(CSV)").click()
    );
    assertEquals(readCsv(deals.text).length - 1, await count("deals", "true"));
  });

  await t.step("nothing is in the way of who reads otherwise", async () => {
    for (
      const [hash, heading] of [
        ["#/numbers", "Numbers"],
        ["#/numbers/meetings?state=met", "meetings"],
        ["#/numbers/deals", "deals"],
        ["#/meetings?host=all", "Meetings"],
      ] as const
    ) {
      // As tall as the tiles and plots are.
      await page.setViewport({ width: 1360, height: hash === "#/numbers" ? 1010 : 850 });
      await open(hash, heading);
      await page.waitForNetworkIdle();
      await assertAccessible(page, hash);
      await keepPicture(page, `board${hash.replace(/[^a-z]+/g, "-")}`);
    }
    await page.setViewport({ width: 390, height: 800 });
    for (
      const [hash, heading] of [["#/numbers", "Numbers"], [
        "#/meetings?host=all",
        "Meetings",
      ]] as const
    ) {
      await open(hash, heading);
      await page.waitForNetworkIdle();
      const [inside, outside] = await page.evaluate(
        "[document.body.scrollWidth, innerWidth]",
      ) as number[];
      assert(inside! <= outside!, `${hash} is ${inside} wide`);
    }
    await page.setViewport({ width: 1360, height: 850 });
  });

  board.assertNoProblems();
});

testPage("the meetings of the board in Chromium", async (page, t) => {
  await using stack = await startBoard();
  await stack.invite(KIM);
  const board = await BoardPage.open(page, stack);
  const open = openWith(board);
  const listed = async () =>
    (await page.$$eval(
      "[data-booking]",
      (all) => all.map((one) => one.getAttribute("data-booking")!),
    )).sort();
  const inSql = async (where: string) =>
    (await stack.sql<{ uid: string }>(`
      select calcom_uid as uid from board_meetings
      where start_time >= date_trunc('week', now() + interval '1 day') - interval '1 day'
        and start_time < date_trunc('week', now() + interval '1 day') + interval '6 days' and ${where}`))
      .map(({ uid }) => uid).sort();

  await t.step("a host sees their own of this week, today's first", async () => {
    // The demo meets on working days only; a week ends on Saturday where Chromium runs in English.
    await stack.sql(`
      update bookings set start_time = date_trunc('week', now() + interval '1 day') + interval '5 days 12 hours'
      where id = (
        select booking_id from board_meetings where host = '${KIM.email}' and start_time < now() - interval '14 days'
        limit 1
      )`);
    await board.signIn(KIM.email);
    await open("#/meetings", "My meetings");
    await page.waitForSelector("[data-booking]");
    assertEquals(await listed(), await inSql(`host = '${KIM.email}'`));
    assertEquals(await page.$eval("main h2", (first) => first.textContent), "Today");
    await page.select("select[aria-label=Host]", "all");
    await page.locator("h1 ::-p-text(Meetings)").wait();
    const all = await inSql("true");
    await page.waitForFunction(
      `document.querySelectorAll("[data-booking]").length === ${all.length}`,
    );
    assertEquals(await listed(), all);
  });

  await t.step("a meeting opens its deal, and its page at Cal.com", async () => {
    const link = await page.$eval("[data-booking] a", (first) => first.getAttribute("href"));
    assertMatch(link!, /^#\/(deal|company|person)\//);
    const calcom = await page.$$eval(
      "[data-booking] a[target=_blank]",
      (all) => all.map(({ href, rel }) => [href, rel]),
    );
    assert(calcom.length > 0);
    for (const [href, rel] of calcom) {
      assertMatch(href!, /^https:\/\/app\.cal\.com\/booking\//);
      assertEquals(rel, "noreferrer");
    }
  });

  await t.step("who may marks a no-show, after a question, and takes it back", async () => {
    const [met] = await stack.sql<{ uid: string; id: string }>(`
      select calcom_uid as uid, booking_id as id from board_meetings
      where state = 'met' and start_time < date_trunc('week', now() - interval '1 day')
      order by start_time desc limit 1`);
    const stateOf = async () =>
      (await stack.sql<{ state: string }>(
        "select state from board_meetings where booking_id = $1",
        [met!.id],
      ))[0]!.state;
    let row = `[data-booking="${met!.uid}"]`;
    for (let week = 0; !await page.$(row); week++) {
      assert(week < 10, "the meeting is in no week");
      await page.locator('button[aria-label="The week before"]').click();
      await page.waitForNetworkIdle();
    }
    row += " button";
    await page.locator(row).click();
    await page.locator("[role=dialog] button ::-p-text(Cancel)").click();
    assertEquals(await stateOf(), "met");
    await page.locator(row).click();
    await page.locator("[role=dialog] button ::-p-text(Mark as a no-show)").click();
    await page.locator(`${row} ::-p-text(Met)`).wait();
    assertEquals(await stateOf(), "no_show");
    await page.locator("button ::-p-text(Undo)").click();
    await page.locator(`${row} ::-p-text(No-show)`).wait();
    assertEquals(await stateOf(), "met");
    const edits = await stack.sql<{ editor: string }>(
      "select editor from hand_edits where row_id = $1",
      [met!.id],
    );
    assertEquals(edits.map(({ editor }) => editor), [KIM.email, KIM.email]);

    // A meeting that is unclear can be marked either way.
    await stack.sql("update public.bookings set attended = false where id = $1", [met!.id]);
    await page.locator(`${row}[aria-label$="as met"]`).wait();
    const buttons = await page.$$eval(row, (all) =>
      all.map((button) => {
        const label = button.querySelector(".mantine-Button-label")!;
        return [label.textContent, label.scrollWidth <= label.clientWidth];
      }));
    assertEquals(buttons, [["Met", true], ["No-show", true]]);
  });

  await t.step("a meeting past midnight is in its place, too", async () => {
    const other = await page.browser().newPage();
    await other.emulateTimezone("UTC");
    const board = await BoardPage.open(other, stack);
    await stack.sql(`
      update bookings set start_time = date_trunc('day', now()) + interval '23 hours 30 minutes',
        end_time = date_trunc('day', now()) + interval '24 hours 30 minutes'
      where id = (select booking_id from board_meetings where host = '${KIM.email}' order by start_time limit 1)`);
    await board.go("#/meetings?host=all");
    await other.locator("[data-booking] ::-p-text(11:30)").wait();
    const fits = await other.$$eval(
      "[data-booking] > :first-child",
      (all) => all.every((part) => part.scrollWidth <= part.clientWidth),
    );
    assert(fits, "a time lies over the name beside it");
    await other.close();
  });

  await t.step("who may only look has nothing to press", async () => {
    await page.evaluate("localStorage.clear()");
    await page.goto("about:blank");
    await board.signIn("viewer@team.example");
    await open("#/meetings", "Meetings");
    await page.waitForSelector("[data-booking]");
    assertEquals((await page.$$("[data-booking] button")).length, 0);
  });

  board.assertNoProblems();
});

/** Goes to a place, and waits for its heading. */
function openWith(board: BoardPage) {
  return async (hash: string, heading: string) => {
    await board.go(hash);
    await board.see(heading, "h1");
  };
}

async function texts(page: Page, selector: string, table?: number): Promise<string[]> {
  const root = table === undefined ? "document" : `document.querySelectorAll("table")[${table}]`;
  const inside = table === undefined ? selector : selector.replace(/^table\S*/, "");
  return await page.evaluate(
    `[...${root}.querySelectorAll(${JSON.stringify(inside)})].map((one) => one.textContent)`,
  ) as string[];
}

/** Presses Tab until what has the focus begins with a text. */
async function tabTo(page: Page, text: string): Promise<number> {
  for (let steps = 1; steps < 100; steps++) {
    await page.keyboard.press("Tab");
    if (
      await page.evaluate(`document.activeElement.textContent.startsWith("${text}")`)
    ) return steps;
  }
  throw new Error(`Tab does not get to ${text}`);
}
