import { createHmac } from "node:crypto";
import type { Mail } from "./sandbox-mailbox.ts";

/** What is reported about a mail, and how. */
export interface ReportOptions {
  /** Like `email.delivered`. */
  type: string;
  /** More about it, like `{ bounce: { type: "Permanent" } }`. */
  data?: Record<string, unknown>;
  /** The `svix-id`; a new one unless told otherwise. */
  id?: string;
  /** When it happened; now unless told otherwise. */
  happenedAt?: Date;
  /** When it was signed; now unless told otherwise. */
  signedAt?: Date;
  /** Signs it instead of the sandbox's own secret. */
  secret?: string;
}

/** Makes the request that Resend would post to a webhook about a mail; where to is up to the caller. */
export function makeReport(
  mail: Mail & { tags?: { name: string; value: string }[] },
  { type, data, id = crypto.randomUUID(), happenedAt, signedAt, secret }: ReportOptions & {
    secret: string;
  },
): Request {
  const body = JSON.stringify({
    type,
    created_at: (happenedAt ?? new Date()).toISOString(),
    data: {
      email_id: mail.id,
      created_at: mail.created_at,
      from: mail.from,
      to: mail.to,
      subject: mail.subject,
      ...(mail.tags && { tags: Object.fromEntries(mail.tags.map((tag) => [tag.name, tag.value])) }),
      ...data,
    },
  });
  const timestamp = Math.floor((signedAt ?? new Date()).getTime() / 1000);
  const signature = createHmac("sha256", Uint8Array.fromBase64(secret.replace(/^whsec_/, "")))
    .update(`${id}.${timestamp}.${body}`).digest("base64");
  return new Request("http://127.0.0.1/", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "svix-id": id,
      "svix-timestamp": String(timestamp),
      "svix-signature": `v1,${signature}`,
    },
    body,
  });
}
