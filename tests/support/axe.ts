import axe from "npm:axe-core@4.14.1";
import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Page } from "npm:puppeteer-core@25.16.0";

/** What of a finding of axe a message needs. */
interface Finding {
  id: string;
  impact: string;
  help: string;
  nodes: { html: string; any: { message: string }[] }[];
}

/** Looks with axe whether what a page shows is accessible, in light and in dark: nothing serious or critical. */
export async function assertAccessible(page: Page, name: string): Promise<void> {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    await page.waitForSelector(`html[data-mantine-color-scheme="${scheme}"]`);
    // Colours fade from one scheme to the other.
    await page.evaluate(
      "Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))",
    );
    await page.evaluate(axe.source);
    const findings = await page.evaluate("axe.run().then(({ violations }) => violations)");
    assertEquals(
      (findings as Finding[])
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, help, nodes }) =>
          [
            `${id}: ${help}`,
            ...nodes.slice(0, 5).map(({ html, any }) => `${html} ${any[0]?.message ?? ""}`),
          ]
            .join("\n  ")
        ),
      [],
      `${name} in ${scheme}`,
    );
  }
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
}
