/** A file that came along. */
export interface Attachment {
  filename: string;
  content_type: string;
  /** Base64. */
  content: string;
}

/** A mail that the sandbox accepted, as `GET /inbox/messages` shows it. */
export interface Mail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  html: string | null;
  text: string | null;
  /** The headers that the sender chose, with lower-case names. */
  headers: Record<string, string>;
  reply_to: string[];
  attachments: Attachment[];
  idempotency_key: string | null;
  /** ISO 8601. */
  created_at: string;
}

/** With the body that was posted, so that a repetition can be told from another mail. */
type KeptMail = Mail & { body: string };

/** The mails of one data folder, oldest first. */
export interface Mailbox {
  mails: KeptMail[];
  /** Keeps a mail that has been checked. */
  keep(payload: Payload, body: string, idempotencyKey: string | null): Promise<Mail>;
}

/** A checked body of `POST /emails`. */
export interface Payload {
  from: string;
  to: string | string[];
  subject: string;
  html?: string;
  text?: string;
  reply_to?: string | string[];
  headers?: Record<string, string>;
  attachments?: { filename?: string; content_type?: string; content: string }[];
}

/**
 * Reads the mails of earlier starts.
 * @param file one JSON object per line, or null to keep mails in memory only
 */
export async function openMailbox(file: string | null): Promise<Mailbox> {
  const mails = file ? await readMails(file) : [];
  return {
    mails,
    keep: async (payload, body, idempotencyKey) => {
      const mail = toMail(payload, body, idempotencyKey);
      // In memory first: a repetition that arrives during the write has to find it.
      mails.push(mail);
      // The line break comes first: the line before may have been cut short by a crash.
      if (file) await Deno.writeTextFile(file, "\n" + JSON.stringify(mail), { append: true });
      return mail;
    },
  };
}

function toMail(payload: Payload, body: string, idempotencyKey: string | null): KeptMail {
  const replyTo = [payload.reply_to ?? []].flat();
  const headers = Object.entries(payload.headers ?? {})
    .map(([name, value]) => [name.toLowerCase(), value]);
  return {
    id: crypto.randomUUID(),
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
    idempotency_key: idempotencyKey,
    created_at: new Date().toISOString(),
    body,
  };
}

async function readMails(file: string): Promise<KeptMail[]> {
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  });
  return text.split("\n").flatMap((line) => {
    try {
      // A folder of an earlier version has mails without attachments.
      return [{ attachments: [], ...JSON.parse(line) } as KeptMail];
    } catch {
      return []; // The start of the file, or a line that a crash cut short.
    }
  });
}
