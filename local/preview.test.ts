import assert from "node:assert/strict";
import { LANGUAGES } from "../supabase/functions/send-emails/languages/catalogue.ts";
import { renderGallery } from "./preview.ts";
import { KINDS, ODD_SAMPLES } from "./preview-samples.ts";

Deno.test("the page shows every kind in every language, and the odd ones", async () => {
  const page = await renderGallery();
  const names = [...page.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, name]) => name);
  assert.equal(new Set(names).size, LANGUAGES.length * KINDS.length + ODD_SAMPLES.length);
  assert.ok(names.includes("sv, cancellation"));
  assert.equal(page.match(/<iframe sandbox srcdoc="/g)?.length, names.length);
  assert.doesNotMatch(page, /<script|<img/);
});
