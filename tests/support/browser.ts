import { existsSync } from "node:fs";
import puppeteer, { type Page } from "npm:puppeteer-core@25.16.0";

/** Where Chromium usually is; CHROMIUM names another one. */
const PLACES = [
  Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** A folder for pictures; without it none are kept. */
const PICTURES = Deno.env.get("PICTURES");

/** Registers a test of a page. Without Chromium it is skipped, but not in CI, which needs it. */
export function testPage(name: string, body: (page: Page, t: Deno.TestContext) => unknown) {
  const executablePath = PLACES.find((place) => existsSync(place));
  const isSkipped = !executablePath && !Deno.env.get("CI");
  Deno.test({
    name: isSkipped ? `${name} (skipped: no Chromium, see CHROMIUM)` : name,
    ignore: isSkipped,
    fn: async (t) => {
      if (!executablePath) throw new Error(`No Chromium at ${PLACES.join(", ")}`);
      await using browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"] });
      await body(await browser.newPage(), t);
    },
  });
}

/** Keeps a picture of what is in sight in the folder PICTURES. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (PICTURES) await Deno.writeFile(`${PICTURES}/${name}.png`, await page.screenshot());
}
