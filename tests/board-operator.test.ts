/// <reference lib="dom" />
import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Page } from "npm:puppeteer-core@25.16.0";
import type { Stack } from "../local/stack/stack.ts";
import { assertAccessible } from "./support/axe.ts";
import { BoardPage, startBoard } from "./support/board.ts";
import { keepPicture, testPage } from "./support/browser.ts";
import { catchDownloads, readCsv } from "./support/downloads.ts";
import { readFixture, startWebhook } from "./support/webhook.ts";

/** A booking under another uid and address, made now. */
function bookingOf(email: string): string {
  const body = JSON.parse(new TextDecoder().decode(readFixture("booking-created-business")));
  const known = body.payload.attendees[0].email;
  const text = JSON.stringify({ ...body, createdAt: new Date().toISOString() })
    .replaceAll(body.payload.uid, crypto.randomUUID().replaceAll("-", ""))
    .replaceAll(known, email);
  return text;
}

testPage("an operator at the board in Chromium", async (page, t) => {
  await using stack = await startBoard();
  await using webhook = startWebhook(stack);
  const board = await BoardPage.open(page, stack);
  await board.signIn();
  const view = async (name: string, params = "") => {
    await board.go(`#/operator?view=${name}${params}`);
    await board.see("Operator", "h1");
  };
  /** Presses a button, reads the question, answers it. */
  const answer = async (question: string, action: string) => {
    await board.see(question, "[role=dialog]");
    await board.click(action, "[role=dialog]");
    // Whatever it sets off is done.
    if (action === "Cancel") await page.waitForNetworkIdle();
  };

  await t.step("health says of every check whether it is well", async () => {
    await board.go("#/operator");
    await board.see("All is well.");
    const [row] = await stack.sql<{ checks: string[] }>(`
      select array_agg(h."check") as checks from jsonb_to_recordset(health()) as h ("check" text)`);
    const shown = await page.$$eval(
      "[data-check]",
      (all) => all.map((one) => one.getAttribute("data-check")!),
    );
    assertEquals(shown.toSorted(), row!.checks.toSorted());
  });

  await t.step(
    "an event that failed says why, and is decided again once that is mended",
    async () => {
      // Somebody has a rule of their own, which a booking breaks.
      await stack.sql(`
      alter table public.people add constraint people_are_not_from_northwind check (email not like '%@northwind.example')`);
      const { body } = await webhook.post(bookingOf("ann@northwind.example"));
      assertEquals(body.outcome, "failed");

      await view("events", "&outcome=failed");
      await board.see("people_are_not_from_northwind");
      await board.see("1 failed", "[role=tab]");
      await page.locator('tbody button[aria-label^="Retry"]').click();
      await answer("BOOKING_CREATED is decided now", "Decide it again");
      await board.see("It failed again.");
      await stack.sql("alter table public.people drop constraint people_are_not_from_northwind");

      await page.locator('tbody button[aria-label^="Retry"]').click();
      await answer("BOOKING_CREATED is decided now", "Cancel");
      assertEquals(await outcomeOf(stack, body.event_id), "failed");
      await page.locator('tbody button[aria-label^="Retry"]').click();
      await answer("BOOKING_CREATED is decided now", "Decide it again");
      await board.see("It is applied now. Booked; northwind.example has a new deal.");
      assertEquals(await outcomeOf(stack, body.event_id), "applied");
      await board.see("No such events");
    },
  );

  await t.step("all that failed are decided again within a minute", async () => {
    await stack.sql(`
      alter table public.people add constraint nobody_is_from_southwind check (email not like '%@southwind.example')`);
    for (const name of ["ann", "ben"]) await webhook.post(bookingOf(`${name}@southwind.example`));
    await stack.sql("alter table public.people drop constraint nobody_is_from_southwind");
    await view("events");
    await board.click("Retry all failed");
    await answer("is decided anew within a minute", "Decide them again");
    await board.see("2 events will be decided within a minute.");
    await stack.sql("call handle_pending_events(interval '0')");
    await view("events", "&search=ann%40southwind.example");
    await board.see("Applied", "tbody");
    assertEquals((await page.$$("tbody tr")).length, 1);
  });

  await t.step("the body of an event is text, opened by a press, whatever is in it", async () => {
    await view("events", "&search=ann%40southwind.example");
    const opener = 'tbody button[aria-expanded="false"]';
    await page.waitForSelector(opener);
    assertEquals(await page.$('[aria-label="Payload"]'), null);
    await page.focus(opener);
    await page.keyboard.press("Enter");
    await board.see('"triggerEvent": "BOOKING_CREATED"', '[aria-label="Payload"]');
    await board.see("Looking at Q1 rollout.", '[aria-label="Payload"]');
  });

  await t.step("a mail that failed goes out once its trouble is mended", async () => {
    await stack.sql("update senders set from_address = 'team@brand.invalid' where is_default");
    await webhook.post(bookingOf("cem@westwind.example"));
    await webhook.finish();
    await view("mails", "&state=failed");
    await board.see("cem@westwind.example", "tbody");
    await board.see("brand.invalid domain is not verified", "tbody");
    await page.locator("tbody button[aria-expanded]").click();
    await board.see("validation_error", "tbody");

    await stack.sql(
      "update senders set from_address = 'team@outboundsolutions.com' where is_default",
    );
    await page.locator('tbody button[aria-label^="Retry"]').click();
    await answer("Nobody gets it twice", "Make it due again");
    await board.see("The mail is due again: it goes out within a minute.");
    // Whoever sends the next mail sends this one, too.
    await webhook.post(bookingOf("dora@westwind.example"));
    await webhook.finish();
    const mails = stack.sandbox.messages().filter(({ to }) => to.includes("cem@westwind.example"));
    assertEquals(mails.length, 1);
    await view("mails", "&search=cem%40westwind.example");
    await board.see("Sent", "tbody");
  });

  await t.step("an address that bounced gets mail again", async () => {
    await view("suppressed");
    await board.see("ole@hanseatic.example");
    await page.locator('button[aria-label="Allow mail to ole@hanseatic.example"]').click();
    await answer("From its next booking on", "Allow mail");
    await board.see("ole@hanseatic.example gets mail again.");
    await board.see("Everybody gets mail");
  });

  await t.step("a company, a person and everything are rebuilt from the log", async () => {
    await stack.sql(`
      select crm.mark_engine(true);
      update companies set domain = domain, name = 'Somebody else' where domain = 'northwind.example'`);
    await view("rebuild");
    await page.locator("::-p-aria(Company, by its domain)").fill("northwind.example");
    await board.click("Rebuild the company");
    await answer("northwind.example, with its people, bookings and deals", "Rebuild it");
    await board.see("Rebuilt");
    await page.locator("::-p-aria(Person, by their address)").fill("ann@northwind.example");
    await board.click("Rebuild the person");
    await answer("the whole company they belong to", "Rebuild them");
    await board.see("Rebuilt. Everything was as the log says.");
    await board.click("Rebuild everything");
    await answer("events that arrive meanwhile wait", "Rebuild everything");
    await page.waitForFunction("document.querySelector('[role=dialog]') === null");
  });

  await t.step(
    "somebody gets all that is known about them, and is erased after a question",
    async () => {
      await using downloads = await catchDownloads(page);
      await view("people");
      await page.locator("::-p-aria(Mail address)").fill("Ann@northwind.example");
      const file = await downloads.file(() => board.click("Export"));
      assertMatch(file.name, /^person-\d{4}-\d\d-\d\d\.json$/);
      assertMatch(file.text, /ann@northwind\.example/);

      await board.click("Erase");
      await answer("Nothing brings it back", "Cancel");
      assertEquals(await isKnown(stack, "ann@northwind.example"), true);
      await board.click("Erase");
      await board.see("ann@northwind.example is taken out of everything", "[role=dialog]");
      await answer("Nothing brings it back", "Erase for good");
      await board.see("Erased, in 1 booking, 1 event, 1 mail.");
      assertEquals(await isKnown(stack, "ann@northwind.example"), false);
      await page.locator("::-p-aria(Mail address)").fill("ann@northwind.example");
      await board.click("Erase");
      await answer("Nothing brings it back", "Erase for good");
      await board.see("Nobody was erased. Erased at");
    },
  );

  await t.step("a file has all events of the filter, not only the page in sight", async () => {
    await using downloads = await catchDownloads(page);
    await view("events", "&outcome=applied");
    await board.see("Applied", "tbody");
    assertEquals((await page.$$("tbody tr")).length, 50);
    const first = await board.text("tbody tr:nth-child(50)");
    await board.click("Older");
    await board.see("Page 2");
    await page.waitForFunction(
      `document.querySelector("tbody tr:nth-child(50)").innerText !== ${JSON.stringify(first)}`,
    );

    // More than the API gives at once, and all of one moment.
    await stack.sql(`
      insert into calcom_events (payload, trigger, outcome, reason, decided_at)
      select jsonb_build_object('triggerEvent', 'PING', 'n', n), 'PING', 'ignored', 'One of many.', now()
      from generate_series(1, 2500) as n`);
    await view("events", "&outcome=ignored");
    await board.see("One of many.", "tbody");
    const file = await downloads.file(() => board.click("CSV"));
    const [headings, ...rows] = readCsv(file.text);
    const [row] = await stack.sql<{ n: number }>(
      "select count(*)::int as n from calcom_events where outcome = 'ignored'",
    );
    assert(row!.n > 2500);
    assertEquals(rows.length, row!.n);
    assertEquals(new Set(rows.map((cells) => cells[headings!.indexOf("Id")])).size, row!.n);
  });

  await t.step("the keyboard does all of it", async () => {
    await view("health");
    await page.focus('[role=tab][aria-selected="true"]');
    await page.keyboard.press("ArrowRight");
    await board.see("Retry all failed");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.type("nobody@nowhere.example");
    await page.keyboard.press("Enter");
    await board.see("No such events");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await board.see("Decide all failed events again?", "[role=dialog]");
    await page.keyboard.press("Escape");
    await page.waitForFunction("document.querySelector('[role=dialog]') === null");
  });

  await t.step("members are listed, change their role and leave", async () => {
    await board.go("#/members");
    await board.see("viewer@team.example");
    await page.select('select[aria-label="Role of viewer@team.example"]', "sales");
    await answer("edits them by hand, too. It counts at once.", "Make them sales");
    await board.see("viewer@team.example is sales now.");
    assertEquals(await roleOf(stack, "viewer@team.example"), "sales");
    await page.select('select[aria-label="Role of operator@team.example"]', "viewer");
    await answer("You will not see this page any more.", "Make me viewer");
    await board.see("Cannot take the last operator from the board.");
    assertEquals(await roleOf(stack, "operator@team.example"), "operator");
    board.assertNoProblems([/status of 4\d\d|status of 500/]);
    await page.locator('button[aria-label="Remove viewer@team.example"]').click();
    await answer("sees nothing of the board any more, at once", "Remove");
    await board.see("viewer@team.example is no member any more.");
    assertEquals(await roleOf(stack, "viewer@team.example"), undefined);
    await stack.invite({ email: "viewer@team.example", name: "The viewer", role: "viewer" });
  });

  await t.step("nothing is in the way of who reads otherwise", async () => {
    await webhook.post(bookingOf("dan@eastwind.example"));
    for (
      const hash of [
        ...["health", "events", "mails", "suppressed", "people", "rebuild", "reconciliation"]
          .map((name) => `#/operator?view=${name}`),
        "#/members",
      ]
    ) {
      await board.go(hash);
      await page.waitForNetworkIdle({ idleTime: 300 });
      const opener = await page.$("tbody button[aria-expanded]");
      await opener?.click();
      await page.waitForNetworkIdle({ idleTime: 300 });
      await assertAccessible(page, hash);
      await keepPicture(page, `board${hash.replace(/[^a-z]+/g, "-")}`);
      await page.setViewport({ width: 390, height: 800 });
      const [inside, outside] = await page.evaluate(
        "[document.body.scrollWidth, innerWidth]",
      ) as number[];
      assert(inside! <= outside!, `${hash} is ${inside} wide`);
      await keepPicture(page, `board-phone${hash.replace(/[^a-z]+/g, "-")}`);
      await page.setViewport({ width: 1360, height: 850 });
    }
    await board.go("#/members");
    await page.locator('button[aria-label="Remove viewer@team.example"]').click();
    await board.see("Remove this member?", "[role=dialog]");
    await assertAccessible(page, "a question");
    await page.keyboard.press("Escape");
  });

  board.assertNoProblems();
});

for (const role of ["viewer", "sales"]) {
  testPage(`${role} does not get the operator's page of the board in Chromium`, async (page) => {
    await using stack = await startBoard();
    const board = await BoardPage.open(page, stack);
    await board.signIn(`${role}@team.example`, "#/operator?view=events");
    await board.see("This page is for operators");
    const nav = await board.text("nav");
    assert(!nav.includes("Operator") && !nav.includes("Members"), nav);
    await board.go("#/members");
    await board.see("This page is for operators");
    board.assertNoProblems();

    // Nor by asking the server with the token of the page.
    const ask = await asker(page, stack);
    for (
      const table of [
        "calcom_events",
        "emails",
        "email_attempts",
        "email_deliveries",
        "reconciliations",
        "settings",
      ]
    ) {
      assertEquals(await ask(`${table}?select=*`), [200, []], table);
    }
    for (const [name, body] of Object.entries(OPERATIONS)) {
      const [status, answer] = await ask(`rpc/${name}`, body);
      assert(Number(status) >= 400, `${name} answers ${status}`);
      assertMatch(JSON.stringify(answer), /Only an operator of the board may do this|42501/, name);
    }
    assertEquals(await isKnown(stack, "dana@harveststone.example"), true);
  });
}

const OPERATIONS: Record<string, unknown> = {
  board_health: {},
  board_log_counts: {},
  board_retry_event: { event_id: crypto.randomUUID() },
  board_retry_failed_events: {},
  board_retry_email: { email_id: crypto.randomUUID() },
  board_rebuild_company: { domain: "harveststone.example" },
  board_rebuild_person: { email: "dana@harveststone.example" },
  board_rebuild_everything: {},
  board_allow_mail: { email: "dana@harveststone.example" },
  board_export_person: { email: "dana@harveststone.example" },
  board_erase_person: { email: "dana@harveststone.example" },
  board_change_role: { user_id: crypto.randomUUID(), role: "operator" },
  board_remove_member: { user_id: crypto.randomUUID() },
};

/** Asks REST as who is signed in in a page. */
async function asker(page: Page, stack: Stack) {
  const session = await page.evaluate(
    "Object.entries(localStorage).find(([name]) => name.endsWith('-auth-token'))[1]",
  ) as string;
  const { access_token } = JSON.parse(session) as { access_token: string };
  return async (path: string, body?: unknown): Promise<[number, unknown]> => {
    const answer = await fetch(`${stack.url}/rest/v1/${path}`, {
      method: body ? "POST" : "GET",
      headers: {
        apikey: stack.publishableKey,
        authorization: `Bearer ${access_token}`,
        "content-type": "application/json",
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return [answer.status, await answer.json()];
  };
}

async function outcomeOf(stack: Stack, id: unknown): Promise<string | undefined> {
  const [row] = await stack.sql<{ outcome: string }>(
    "select outcome from calcom_events where id = $1",
    [id],
  );
  return row?.outcome;
}

async function roleOf(stack: Stack, email: string): Promise<string | undefined> {
  const [row] = await stack.sql<{ role: string }>("select role from members where email = $1", [
    email,
  ]);
  return row?.role;
}

async function isKnown(stack: Stack, email: string): Promise<boolean> {
  const rows = await stack.sql("select from people where email = $1", [email]);
  return rows.length > 0;
}
