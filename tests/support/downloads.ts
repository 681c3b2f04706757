import type { Page } from "npm:puppeteer-core@25.16.0";
import { makeFolder } from "./stack.ts";

/** What a page saves, as long as it is not disposed of. */
export async function catchDownloads(page: Page) {
  const folder = await makeFolder();
  const session = await page.browser().target().createCDPSession();
  await session.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    downloadPath: folder.path,
    eventsEnabled: true,
  });
  return {
    /** The one file that is saved by what `press` does. */
    async file(press: () => Promise<unknown>): Promise<{ name: string; text: string }> {
      let name = "";
      const isSaved = new Promise<void>((resolve) => {
        session.on("Browser.downloadWillBegin", (event) => name = event.suggestedFilename);
        session.on("Browser.downloadProgress", ({ state }) => state === "completed" && resolve());
      });
      await press();
      await isSaved;
      session.removeAllListeners();
      const bytes = await Deno.readFile(`${folder.path}/${name}`);
      await Deno.remove(`${folder.path}/${name}`);
      // With the mark that says it is UTF-8.
      return { name, text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes) };
    },
    [Symbol.asyncDispose]: folder[Symbol.asyncDispose],
  };
}

/** Reads CSV as a spreadsheet does. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (
    const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)
  ) {
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
