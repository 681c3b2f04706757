// deno-lint-ignore-file no-console -- a command line program talks on the console
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { escape } from "npm:deno-std@1.4.0/html/entities.js";
import { LANGUAGES } from "../supabase/functions/send-emails/email/locales/index.ts";
import { renderMessage } from "../supabase/functions/send-emails/email/message.ts";
import type { Message } from "../supabase/functions/send-emails/email/types.ts";
import {
  KINDS,
  ODD_SAMPLES,
  type Sample,
  sampleEmail,
  type Sender,
  senderSamples,
} from "./preview-samples.ts";
import { readRunningStack, STACK_OPTIONS } from "./running-stack.ts";
import { StackError } from "./stack-error.ts";

const HELP =
  `Writes every mail, in every language, to a page to look at: supabase/.temp/mail/index.html

  npx -y --prefer-offline deno@2.9.6 task mail [--port PORT] [--env FILE]

  --port PORT   the senders of the local stack that was started with this port
  --env FILE    the senders of the local stack that was started with this file of keys
  --help        this text

The mails of your senders are shown when a local stack runs. Your system's light or dark mode is
that of the mails.`;

/** Where the pages are written. */
const FOLDER = new URL("../supabase/.temp/mail/", import.meta.url);

/** The time zones in which the languages are shown. */
const ZONES: Record<string, string> = {
  en: "America/Chicago",
  de: "Europe/Berlin",
  fr: "Europe/Paris",
  es: "America/Mexico_City",
  pt: "America/Sao_Paulo",
  it: "Europe/Rome",
  nl: "Europe/Amsterdam",
  sv: "Europe/Stockholm",
};

/** Every kind from each sender, every kind in every language, then what goes wrong easily. */
export function listSamples(senders: Sender[]): Sample[] {
  const languages = new Intl.DisplayNames("en", { type: "language" });
  return [
    ...senders.flatMap(senderSamples),
    ...LANGUAGES.flatMap(({ tag }) =>
      KINDS.map((kind) => ({
        group: languages.of(tag) ?? tag,
        name: kind,
        email: sampleEmail(kind, { locale: tag, time_zone: ZONES[tag] ?? "UTC" }),
      }))
    ),
    ...ODD_SAMPLES,
  ];
}

/**
 * Writes all samples as pages by their file names. `index.html` lists them and shows one at a time
 * in a frame that is as high as the window. No page runs a script.
 */
export async function renderPreview(samples: Sample[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const groups = Map.groupBy(samples, ({ group }) => group);
  let list = "";
  for (const [group, members] of groups) {
    list += `<h2>${escape(group)}</h2>\n<ul>\n`;
    for (const { name, email } of members) {
      const message = await renderMessage(email);
      const file = `${files.size / 2 + 1}.html`;
      files.set(file, message.html);
      files.set(`text-${file}`, renderText(message));
      list += `<li><a href="${file}" target="mail">${escape(name)}</a> ` +
        `<a href="text-${file}" target="mail" aria-label="${escape(name)} as text">text</a></li>\n`;
    }
    list += "</ul>\n";
  }
  return files.set("index.html", renderIndex(list));
}

function renderIndex(list: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mails</title>
<link rel="icon" href="data:,">
<style>
:root { color-scheme: light dark; }
body { display: grid; grid-template-columns: 19rem 1fr; margin: 0; height: 100dvh; }
body { font: 15px/1.5 system-ui, sans-serif; }
nav { overflow-y: auto; padding: 1rem 1.2rem; border-right: 1px solid #8886; }
h1 { margin: 0; font-size: 1.2rem; }
h2 { margin: 1.2rem 0 .2rem; font-size: .95rem; overflow-wrap: anywhere; }
ul { margin: 0; padding: 0; list-style: none; }
li { display: flex; justify-content: space-between; gap: 1rem; }
a { color: light-dark(#1b6e47, #6fcf9f); }
li a { padding: .1rem 0; text-decoration: none; }
a:hover, a:focus { text-decoration: underline; }
a + a { opacity: .8; }
iframe { width: 100%; height: 100%; border: 0; background: light-dark(#f3f4f6, #15171b); }
@media (max-width: 44rem) {
  body { grid-template: 40dvh 1fr / 1fr; }
  nav { border-right: 0; border-bottom: 1px solid #8886; }
}
</style>
</head>
<body>
<nav>
<h1>Mails</h1>
${list}</nav>
<iframe name="mail" src="1.html" title="The mail" sandbox="allow-popups"></iframe>
</body>
</html>
`;
}

/** The header, the text part and the attachments of a mail. */
function renderText({ from, to, replyTo, subject, text, attachments = [] }: Message): string {
  const header = [
    `From: ${from}`,
    `To: ${to}`,
    ...(replyTo === undefined ? [] : [`Reply-To: ${replyTo}`]),
    `Subject: ${subject}`,
  ].join("\n");
  const files = attachments.map(({ filename, content }) =>
    `${filename}\n\n${new TextDecoder().decode(Uint8Array.fromBase64(content))}`
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(subject)}</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0; padding: 1rem 1.5rem; }
pre { max-width: 46rem; padding-bottom: 1rem; border-bottom: 1px solid #8886; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
</head>
<body>
${[header, text, ...files].map((part) => `<pre dir="auto">${escape(part)}</pre>`).join("\n")}
</body>
</html>
`;
}

/** The rows of `senders` of the running stack; null when none runs. */
async function readSenders(stack: Record<string, string> | null): Promise<Sender[] | null> {
  if (!stack?.SUPABASE_URL || !stack.SUPABASE_SECRET_KEY) return null;
  try {
    const response = await fetch(
      `${stack.SUPABASE_URL}/rest/v1/senders?order=is_default.desc,organizer_domain`,
      { headers: { apikey: stack.SUPABASE_SECRET_KEY } },
    );
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

async function main(): Promise<void> {
  const { help, port, env } = readArguments();
  if (help) {
    console.log(HELP);
    return;
  }
  const stack = await readRunningStack({ port, env });
  const senders = await readSenders(stack);
  if (senders === null && (port ?? env) !== undefined) {
    throw new StackError(`No local stack answers for ${port ? `port ${port}` : env}.`);
  }

  const files = await renderPreview(listSamples(senders ?? []));
  await Deno.remove(FOLDER, { recursive: true }).catch(() => {});
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const [name, html] of files) await Deno.writeTextFile(new URL(name, FOLDER), html);
  console.log(`Open ${fileURLToPath(new URL("index.html", FOLDER))} in a browser.`);
  console.log(
    senders === null
      ? "No local stack runs, so the mails of your senders are not in it."
      : `The mails of the ${senders.length} senders of ${stack!.SUPABASE_URL} come first.`,
  );
}

function readArguments() {
  try {
    return parseArgs({
      options: { help: { type: "boolean", short: "h", default: false }, ...STACK_OPTIONS },
    }).values;
  } catch (error) {
    throw new StackError(`${(error as Error).message}. See --help.`);
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof StackError ? error.message : error);
    Deno.exit(1);
  }
}
