import { existsSync } from "node:fs";
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
  const text = file && existsSync(file) ? await Deno.readTextFile(file) : "";
  const mails = text.split("\n").flatMap(parseLine);
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

function parseLine(line: string): StoredMail[] {
  try {
    return [JSON.parse(line)];
  } catch {
    return []; // The start of the file, or a line that a crash cut short.
  }
}

/** A mail as its reader sees it. */
export function toMail({ payload, ...mail }: StoredMail): Mail {
  const { from, to, subject, html = null, text = null } = payload;
  const replyTo = [payload.reply_to ?? []].flat();
  const headers = Object.entries(payload.headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value]);
  if (replyTo.length > 0) headers.push(["reply-to", replyTo.join(", ")]);
  return {
    ...mail,
    ...{ from, to: [to].flat(), subject, html, text },
    headers: Object.fromEntries(headers),
    reply_to: replyTo,
    attachments: payload.attachments ?? [],
  };
}
