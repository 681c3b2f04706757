import type { Mail, StoredMail } from "./types.ts";

/** The mails of one data folder, oldest first. */
export interface Mailbox {
  mails: StoredMail[];
  keep(mail: StoredMail): Promise<void>;
}

/**
 * Reads the mails of earlier starts.
 * @param file one JSON object per line, or null to keep mails in memory only
 */
export async function openMailbox(file: string | null): Promise<Mailbox> {
  const mails = file ? await readMails(file) : [];
  return {
    mails,
    keep: async (mail) => {
      // In memory first: a repetition that arrives during the write has to find it.
      mails.push(mail);
      if (!file) return;
      // The line break comes first: the line before may have been cut short by a crash.
      const line = `\n${JSON.stringify(mail)}`;
      await Deno.writeTextFile(file, line, { append: true, mode: 0o600 });
    },
  };
}

/** A mail as its reader sees it. */
export function toMail({ id, idempotency_key, created_at, payload }: StoredMail): Mail {
  const replyTo = [payload.reply_to ?? []].flat();
  const headers = Object.entries(payload.headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value]);
  return {
    id,
    from: payload.from,
    to: [payload.to].flat(),
    subject: payload.subject,
    html: payload.html ?? null,
    text: payload.text ?? null,
    headers: {
      ...Object.fromEntries(headers),
      ...(replyTo.length > 0 ? { "reply-to": replyTo.join(", ") } : {}),
    },
    reply_to: replyTo,
    attachments: (payload.attachments ?? []).map(({ filename, content_type, content }) => ({
      filename: filename ?? "attachment",
      content_type: content_type ?? "application/octet-stream",
      content,
    })),
    idempotency_key,
    created_at,
  };
}

async function readMails(file: string): Promise<StoredMail[]> {
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => {
    try {
      const mail: StoredMail = JSON.parse(line);
      return mail.payload ? [mail] : [];
    } catch {
      return []; // The start of the file, or a line that a crash cut short.
    }
  });
}
