// deno-lint-ignore-file no-console -- a command line program talks on the console
import { fileURLToPath } from "node:url";
import { createDatabase } from "../supabase/functions/_shared/database.ts";
import { render } from "../supabase/functions/send-emails/email/sample.ts";
import { runCommand, TASK } from "./command.ts";
import { PAGE } from "./inbox/serve.ts";
import { listSamples, type Sample, type Sender } from "./preview-samples.ts";
import { toMail } from "./resend/mailbox.ts";
import { readRunningStack, STACK_OPTIONS } from "./running-stack.ts";
import { StackError } from "./stack/error.ts";

const HELP =
  `Writes every mail, in every language, to a page to look at: supabase/.temp/mail/index.html

  ${TASK} mail [--port PORT] [--env FILE]

  --port PORT   the senders of the local stack on this port (default: the one that runs)
  --env FILE    the senders of the local stack that was started with this file of keys
  --help        this text

The mails of your senders are shown when a local stack runs. Your system's light or dark mode is
that of the mails.`;

/** Where the page is written. */
const FOLDER = new URL("../supabase/.temp/mail/", import.meta.url);

/** The page of the inbox, with samples in it instead of a stack behind it. */
export async function renderPreview(samples: Sample[]): Promise<string> {
  const mails = JSON.stringify(await Promise.all(samples.map(toEntry)));
  return PAGE.replaceAll("Inbox", "Mails").replace("<script>", (script) =>
    // An escaped "<" keeps what stands in a mail from ending the element.
    `<script type="application/json">${mails.replaceAll("<", "\\u003c")}</script>\n    ${script}`);
}

/** A sample as the page shows it: like a mail of the inbox, under its name. */
async function toEntry({ group, name, kind, data, email }: Sample, place: number) {
  const { replyTo, attachments = [], ...message } = await render(kind, data, email);
  const payload = {
    ...message,
    reply_to: replyTo ?? [],
    attachments: attachments.map(({ contentType, ...file }) => ({
      ...file,
      content_type: contentType,
    })),
  };
  const created_at = new Date().toISOString();
  const mail = toMail({ id: String(place), idempotency_key: null, created_at, payload });
  return { ...mail, group, name };
}

/** The rows of `senders` of the running stack; null when none runs. */
async function readSenders(stack: Record<string, string> | null): Promise<Sender[] | null> {
  if (!stack?.SUPABASE_URL || !stack.SUPABASE_SECRET_KEY) return null;
  const database = createDatabase({
    supabaseUrl: stack.SUPABASE_URL,
    supabaseKey: stack.SUPABASE_SECRET_KEY,
  });
  const { data } = await database.from("senders").select()
    .order("is_default", { ascending: false }).order("organizer_domain");
  return data;
}

if (import.meta.main) {
  await runCommand(HELP, STACK_OPTIONS, async ({ port, env }) => {
    const stack = await readRunningStack({ port, env });
    const senders = await readSenders(stack);
    if (senders === null && (port ?? env) !== undefined) {
      throw new StackError(`No local stack answers for ${port ? `port ${port}` : env}.`);
    }

    const file = new URL("index.html", FOLDER);
    await Deno.mkdir(FOLDER, { recursive: true });
    await Deno.writeTextFile(file, await renderPreview(listSamples(senders ?? [])));
    console.log(`Open ${fileURLToPath(file)} in a browser.`);
    console.log(
      senders === null
        ? "No local stack runs, so the mails of your senders are not in it."
        : `The mails of the ${senders.length} senders of ${stack!.SUPABASE_URL} come first.`,
    );
    return 0;
  });
}
