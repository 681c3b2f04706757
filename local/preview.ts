// deno-lint-ignore-file no-console -- a command line program
import { LANGUAGES } from "../supabase/functions/send-emails/languages/catalogue.ts";
import { type Message, renderMessage } from "../supabase/functions/send-emails/message.ts";
import { KINDS, ODD_SAMPLES, type Sample, sampleEmail } from "./preview-samples.ts";
import { SUPABASE_FOLDER } from "./migrations.ts";

/** Where the page is written. */
const PAGE = new URL(".temp/mail/index.html", SUPABASE_FOLDER);

/** Every kind in every language, then what goes wrong easily. */
function listSamples(): Sample[] {
  const zones: Record<string, string> = {
    en: "America/Chicago",
    de: "Europe/Berlin",
    fr: "Europe/Paris",
    es: "America/Mexico_City",
    pt: "America/Sao_Paulo",
    it: "Europe/Rome",
    nl: "Europe/Amsterdam",
    sv: "Europe/Stockholm",
  };
  return [
    ...LANGUAGES.flatMap(({ tag }) =>
      KINDS.map((kind) => ({
        name: `${tag}, ${kind}`,
        email: sampleEmail(kind, { locale: tag, time_zone: zones[tag] ?? "UTC" }),
      }))
    ),
    ...ODD_SAMPLES,
  ];
}

/** Writes all samples as one page that needs no network and runs no script. */
export async function renderGallery(samples: Sample[] = listSamples()): Promise<string> {
  const sections: string[] = [];
  for (const { name, email } of samples) {
    sections.push(showMail(name, await renderMessage(email)));
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mails</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0 auto; max-width: 88rem; padding: 1rem; font: 15px/1.5 system-ui, sans-serif; }
section { padding: 1rem 0 2rem; border-top: 1px solid #8886; }
h2 { margin: 0; font-size: 1.1rem; overflow-wrap: anywhere; }
p { margin: .2rem 0 1rem; overflow-wrap: anywhere; }
div { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(20rem, 100%), 1fr)); gap: 1rem; }
iframe { width: 100%; height: 52rem; border: 1px solid #8886; border-radius: 6px; }
pre { margin: 0; padding: 1rem; border: 1px solid #8886; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
</head>
<body>
<h1>Mails</h1>
${sections.join("\n")}
</body>
</html>
`;
}

function showMail(name: string, { subject, html, text, attachments = [] }: Message): string {
  const files = attachments.map(({ filename, content }) =>
    `${filename}\n\n${
      new TextDecoder().decode(Uint8Array.from(atob(content), (c) => c.charCodeAt(0)))
    }`
  );
  return `<section>
<h2>${escapeHtml(name)}</h2>
<p>${escapeHtml(subject)}</p>
<div>
<iframe sandbox srcdoc="${escapeHtml(html)}" title="${escapeHtml(name)}"></iframe>
${[text, ...files].map((part) => `<pre dir="auto">${escapeHtml(part)}</pre>`).join("\n")}
</div>
</section>`;
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

if (import.meta.main) {
  await Deno.mkdir(new URL(".", PAGE), { recursive: true });
  await Deno.writeTextFile(PAGE, await renderGallery());
  console.log(`Wrote ${PAGE.href}`);
}
