import puppeteer, { type Browser, type Page } from "npm:puppeteer-core@25.16.0";

/** Where Chromium usually is; CHROMIUM names another one. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** A folder for pictures; without it none are kept. */
const PICTURES = Deno.env.get("PICTURES");

/** The Chromium of this machine, or null. */
export async function findChromium(): Promise<string | null> {
  for (const place of [Deno.env.get("CHROMIUM") ?? [], PLACES].flat()) {
    if (await Deno.stat(place).catch(() => null)) return place;
  }
  return null;
}

/** Registers a test of a page. Without Chromium it is skipped, but not in CI, which needs it. */
export async function testPage(name: string, body: (page: Page, t: Deno.TestContext) => unknown) {
  const executablePath = await findChromium();
  const isSkipped = executablePath === null && !Deno.env.get("CI");
  Deno.test({
    name: isSkipped ? `${name} (skipped: no Chromium, see CHROMIUM)` : name,
    ignore: isSkipped,
    fn: async (t) => {
      if (executablePath === null) throw new Error(`No Chromium at ${PLACES.join(", ")}`);
      const browser: Browser = await puppeteer.launch({ executablePath, args: ["--no-sandbox"] });
      try {
        await body(await browser.newPage(), t);
      } finally {
        await browser.close();
      }
    },
  });
}

/** Keeps a picture of what is in sight in the folder PICTURES. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (PICTURES) await Deno.writeFile(`${PICTURES}/${name}.png`, await page.screenshot());
}
