/// <reference lib="dom" />
/** The board in Chromium, on a local stack with the demo data. */
import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Page } from "npm:puppeteer-core@25.16.0";
import { type Stack, startStack } from "../../local/stack/stack.ts";
import { until } from "./database.ts";

/** Starts a stack whose board is built. */
export async function startBoard(): Promise<Stack & AsyncDisposable> {
  const stack = await startStack({ port: 0, data: "memory", seed: true, board: true });
  await stack.boardBuilt;
  for (const role of ["sales", "viewer"] as const) {
    await stack.invite({ email: `${role}@team.example`, name: `The ${role} one`, role });
  }
  return { ...stack, [Symbol.asyncDispose]: stack.close };
}

/** How long a page may take for anything, on a busy machine. */
const TIMEOUT = 20_000;

/** A page of Chromium that shows the board, and what a person does there. */
export class BoardPage {
  /** What the browser had to complain about: the policy, errors of scripts, answers that failed. */
  readonly problems: string[] = [];

  private constructor(readonly page: Page, readonly stack: Stack) {}

  static async open(page: Page, stack: Stack): Promise<BoardPage> {
    const board = new BoardPage(page, stack);
    page.on("console", (message) => {
      if (["error", "warn"].includes(message.type())) board.problems.push(message.text());
    });
    page.on("pageerror", (error) => board.problems.push(String(error)));
    page.setDefaultTimeout(TIMEOUT);
    await page.setViewport({ width: 1360, height: 850 });
    return board;
  }

  /** Goes to a place of the board, for example `#/numbers`. */
  async go(hash = ""): Promise<void> {
    const url = `${this.stack.boardUrl}/${hash}`;
    if (this.page.url().startsWith(this.stack.boardUrl!)) {
      await this.page.evaluate((hash) => location.hash = hash, hash);
    } else {
      await this.page.goto(url);
    }
  }

  /** Signs in with the code from the inbox. */
  async signIn(email = "operator@team.example", hash = ""): Promise<void> {
    await this.go(hash);
    await this.page.locator('input[type="email"]').fill(email);
    await this.page.keyboard.press("Enter");
    const code = await this.page.waitForSelector('input[autocomplete="one-time-code"]');
    await code!.type(await readCode(this.stack, email));
    await this.page.keyboard.press("Enter");
    await this.page.waitForSelector("nav");
  }

  /** Waits until a text is in sight. */
  async see(text: string, within = "body"): Promise<void> {
    try {
      await this.page.waitForFunction(
        (text, within) =>
          [...document.querySelectorAll<HTMLElement>(within)].some((part) =>
            part.innerText.includes(text)
          ),
        { timeout: TIMEOUT },
        text,
        within,
      );
    } catch {
      const sight = await this.page.$eval("body", ({ innerText }) => innerText);
      throw new Error(`"${text}" is not in sight within ${within}. What is:\n${sight}`);
    }
  }

  /** Waits until a text is out of sight. */
  async miss(text: string, within = "body"): Promise<void> {
    await this.page.waitForFunction(
      (text, within) =>
        ![...document.querySelectorAll<HTMLElement>(within)].some((part) =>
          part.innerText.includes(text)
        ),
      { timeout: TIMEOUT },
      text,
      within,
    );
  }

  /** Clicks what a screen reader would call by this name: a button, a link, an entry of a menu. */
  async click(name: string, within = ""): Promise<void> {
    await this.page.locator(`${within} ::-p-aria(${name})`).click();
  }

  /** Waits until what a screen reader would call by this name has the focus. */
  async seeFocus(name: string): Promise<void> {
    await until(`"${name}" has the focus`, async () => {
      // A menu is called like its button.
      for (const part of await this.page.$$(`::-p-aria(${name})`)) {
        if (await part.evaluate((part) => part === document.activeElement).catch(() => false)) {
          return true;
        }
      }
      return false;
    });
  }

  async text(selector: string): Promise<string> {
    return await this.page.$eval(selector, (part) => (part as HTMLElement).innerText);
  }

  async color(selector: string): Promise<string> {
    return await this.page.$eval(selector, (part) => getComputedStyle(part).backgroundColor);
  }

  /** Nothing was amiss; what was is forgotten. */
  assertNoProblems(expected: RegExp[] = []): void {
    const others = this.problems.splice(0).filter((problem) =>
      !expected.some((known) => known.test(problem))
    );
    assertEquals(others, []);
  }
}

/** The newest code that was mailed to somebody. */
export async function readCode(stack: Stack, email: string): Promise<string> {
  const mails = await (await fetch(`${stack.inboxUrl}/messages`)).json() as {
    to: string[];
    subject: string;
    html: string;
  }[];
  const mail = mails.find(({ to, subject }) => to[0] === email && subject.includes("code"));
  return /\b\d{6}\b/.exec(mail?.html ?? "")?.[0] ?? "";
}
