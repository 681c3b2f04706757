/// <reference lib="dom" />
/** How the board hears of what changes: from Realtime, and by asking where that does not answer. */
import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { BoardPage, startBoard } from "./support/board.ts";
import { testPage } from "./support/browser.ts";
import { until } from "./support/database.ts";
import { Realtime } from "./support/realtime.ts";

testPage("the board hears of changes", async (page, t) => {
  await using stack = await startBoard();
  await using realtime = new Realtime(stack);
  const board = await BoardPage.open(page, { ...stack, boardUrl: realtime.boardUrl });
  let name = "True North";

  /** Renames a company behind the page's back. */
  async function rename(to: string) {
    await stack.sql(`update public.companies set name = $1 where name = $2`, [to, name]);
    name = to;
  }

  /** Waits until the page listens and has looked for what it missed before. */
  async function waitUntilHeard() {
    await until(
      "somebody listens",
      () => realtime.channels.some(({ tables }) => tables.length > 0),
    );
    await page.waitForNetworkIdle({ idleTime: 1_500 });
  }

  /** A change is in sight as soon as Realtime tells of it, and nobody has asked. */
  async function seeTold(to: string) {
    await waitUntilHeard();
    const { polls } = realtime;
    await rename(to);
    realtime.tell("companies");
    await board.see(to);
    assertEquals(realtime.polls, polls);
  }

  const subject = () => readClaims(realtime.channels[0]!.token).sub;

  await t.step("a change is in sight as soon as it is told, and nobody asks", async () => {
    await board.signIn();
    await board.see(name);
    await seeTold("Told North");
    await stack.sql("create publication supabase_realtime");
    await stack.sql("select crm.publish_changes()");
    const published = await stack.sql<{ tablename: string }>(
      "select tablename from pg_publication_tables where pubname = 'supabase_realtime'",
    );
    assertEquals(
      realtime.channels[0]!.tables.toSorted(),
      published.map(({ tablename }) => tablename).sort(),
    );
    board.assertNoProblems();
  });

  await t.step("it listens as the member, also after the page was loaded again", async () => {
    const member = subject();
    assert(member);
    await page.reload();
    await board.see(name);
    await waitUntilHeard();
    assertEquals(subject(), member);
    await seeTold("Loaded North");
    board.assertNoProblems();
  });

  await t.step("when the connection breaks it asks, until it listens again", async () => {
    realtime.isDown = true;
    realtime.drop();
    await rename("Asked North");
    await board.see(name);
    realtime.isDown = false;
    await seeTold("Back North");
    board.assertNoProblems([/WebSocket connection to/]);
  });

  await t.step("a token that was renewed is passed on", async () => {
    const { token } = realtime.channels[0]!;
    await page.evaluate(() => {
      const key = Object.keys(localStorage).find((name) => name.startsWith("sb-"))!;
      const session = JSON.parse(localStorage.getItem(key)!);
      localStorage.setItem(key, JSON.stringify({ ...session, expires_at: 1 }));
    });
    await seeTold("Renewed North");
    await until("the token is another", () => realtime.channels[0]!.token !== token);
    board.assertNoProblems();
  });

  await t.step("a channel that the server has closed is joined again", async () => {
    realtime.expire();
    await until("the channel is joined", () => realtime.channels.length > 0);
    assert(subject());
    await seeTold("Joined North");
    board.assertNoProblems();
  });

  await t.step("a database that lets nobody listen is asked, and nobody is bothered", async () => {
    realtime.refusal = "Unable to subscribe to changes with given parameters";
    await page.reload();
    await board.see(name);
    await until("the channel is joined", () => realtime.channels.length > 0);
    for (const next of ["Refused North", "True North"]) {
      await rename(next);
      await board.see(next);
    }
    board.assertNoProblems();
  });

  await t.step("who signs out is told nothing any more", async () => {
    realtime.refusal = null;
    await page.reload();
    await waitUntilHeard();
    await board.click("You and your settings");
    await board.click("Sign out");
    await page.waitForSelector('input[type="email"]');
    await until("nobody listens", () => realtime.channels.length === 0);
    await board.signIn("viewer@team.example");
    await board.see(name);
    await seeTold("Viewed North");
    board.assertNoProblems();
  });

  await t.step("what only the time changes is true as well", async () => {
    await page.evaluateOnNewDocument(() => {
      const now = Date.now;
      Date.now = () => now() + Number(sessionStorage.getItem("skew"));
    });
    await page.reload();
    await board.see("1 week");
    await page.waitForNetworkIdle({ idleTime: 1_500 });
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.evaluate(() => {
      sessionStorage.setItem("skew", String(500 * 86_400_000));
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await board.see("1 year");
    // A meeting may have begun.
    await until("it is fetched again", () => asked.includes("/rest/v1/rpc/board_pipeline"));
    board.assertNoProblems();
  });
});

function readClaims(token: string): { sub?: string } {
  const [, body = "e30"] = token.split(".");
  return JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/")));
}
