import { assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { LANGUAGES } from "../supabase/functions/send-emails/email/locales/index.ts";
import { renderPreview } from "./preview.ts";
import { listSamples } from "./preview-samples.ts";

Deno.test("the page has all mails, by sender and by language, the odd ones and the alarms", async () => {
  const samples = listSamples([{
    organizer_domain: "brand.example",
    from_address: "team@brand.example",
    from_name: "Brand & Sons",
    logo_url: null,
    color: "#0f766e",
    footer: "1 Harbour Street",
    attaches_calendar: false,
    is_default: true,
  }]);
  const html = await renderPreview(samples);
  const [, json] = /<script type="application\/json">(.*?)<\/script>/.exec(html)!;
  const mails: { group: string; from: string; text: string }[] = JSON.parse(json!);
  const groups = Map.groupBy(mails, ({ group }) => group);

  assertEquals(mails.length, samples.length);
  assertEquals(groups.size, 1 + LANGUAGES.length + 2);
  assertEquals(groups.get("Swedish")!.length, 3);
  const [mail] = groups.get("Hosts at brand.example (default)")!;
  assertEquals(mail!.from, "Brand & Sons <team@brand.example>");
  assertMatch(mail!.text, /1 Harbour Street/);
});
