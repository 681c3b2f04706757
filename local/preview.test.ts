import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { LANGUAGES } from "../supabase/functions/send-emails/email/locales/index.ts";
import { listSamples, renderPreview } from "./preview.ts";
import { KINDS, ODD_SAMPLES, type Sender } from "./preview-samples.ts";

const SENDER: Sender = {
  organizer_domain: "brand.example",
  from_address: "team@brand.example",
  from_name: "Brand & Sons",
  logo_url: null,
  color: "#0f766e",
  footer: "1 Harbour Street",
  attaches_calendar: false,
  is_default: true,
};

Deno.test("the page lists all mails, by sender and by language, and the odd ones", async () => {
  const samples = listSamples([SENDER]);
  const files = await renderPreview(samples);
  const index = files.get("index.html")!;

  assertEquals(samples.length, (1 + LANGUAGES.length) * KINDS.length + ODD_SAMPLES.length);
  const links = [...index.matchAll(/<a href="(.*?)" target="mail"/g)].map(([, link]) => link!);
  assertEquals(links.length, 2 * samples.length);
  assertEquals(new Set(links).size, links.length);
  assert(links.every((link) => files.has(link)));
  assertMatch(index, /<h2>Hosts at brand\.example \(default\)<\/h2>/);
  assertMatch(index, /<h2>Swedish<\/h2>/);
  assertMatch(files.get("1.html")!, /1 Harbour Street/);
  assertMatch(files.get("text-1.html")!, /From: Brand &amp; Sons &lt;team@brand\.example&gt;/);
  for (const html of files.values()) assert(!/<script|<img/.test(html));
});
