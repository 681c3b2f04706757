import { createHmac } from "node:crypto";
import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import { retry } from "npm:deno-std@1.4.0/async/retry.js";
import type { Report, ReportOptions, StoredMail } from "./types.ts";

/** Milliseconds from a mail to its first report, and from each report to the next. */
const DELAY = 300;

const SENT = { type: "email.sent" };
const DELIVERED = { type: "email.delivered" };

/** What Resend reports about a mail to each of its test addresses, in this order. */
const TEST_ADDRESSES = new Map<string, Report[]>([
  ["delivered", [SENT, DELIVERED]],
  ["complained", [SENT, DELIVERED, { type: "email.complained" }]],
  ["bounced", [SENT, {
    type: "email.bounced",
    data: {
      bounce: { type: "Permanent", subType: "General", message: "550 5.1.1 No such mailbox." },
    },
  }]],
  ["suppressed", [{
    type: "email.suppressed",
    data: {
      suppressed: {
        type: "OnAccountSuppressionList",
        message: "The address is on the account's suppression list.",
      },
    },
  }]],
]);

/** Reports on a mail to a test address, like `bounced+anybody@resend.dev`, until told to stop. */
export async function makeReports(
  mail: StoredMail,
  { secret, post, signal }: {
    secret: string;
    post: (report: Request) => Promise<Response>;
    signal: AbortSignal;
  },
): Promise<void> {
  const [address = ""] = [mail.payload.to].flat();
  const name = /^(\w+)(\+[^@]*)?@resend\.dev$/i.exec(address)?.[1]?.toLowerCase() ?? "";
  try {
    for (const report of TEST_ADDRESSES.get(name) ?? []) {
      await delay(DELAY, { signal });
      const id = crypto.randomUUID();
      // As Resend does: again, under the same id, until the webhook takes it.
      await retry(async () => {
        const response = await post(makeReport(mail, { secret, id, ...report }));
        await response.body?.cancel();
        if (!response.ok) throw new Error(`The webhook answered ${response.status}`);
      }, { maxAttempts: 5, minTimeout: DELAY, signal });
    }
  } catch {
    // Nobody took the report, and the webhook's log says why; or the sandbox is closing.
  }
}

/** Makes the request that Resend would post to a webhook; where to is up to the caller. */
export function makeReport(
  { id: mailId, created_at, payload }: StoredMail,
  { type, data, secret, id = crypto.randomUUID(), signedAt = new Date() }: ReportOptions & {
    secret: string;
  },
): Request {
  const body = JSON.stringify({
    type,
    created_at: new Date().toISOString(),
    data: {
      email_id: mailId,
      created_at,
      message_id: `<${mailId}@resend.dev>`,
      from: payload.from,
      to: [payload.to].flat(),
      subject: payload.subject,
      tags: Object.fromEntries((payload.tags ?? []).map(({ name, value }) => [name, value])),
      ...data,
    },
  });
  const timestamp = Math.floor(signedAt.getTime() / 1000);
  const signature = createHmac("sha256", Uint8Array.fromBase64(secret.replace(/^whsec_/, "")))
    .update(`${id}.${timestamp}.${body}`).digest("base64");
  return new Request("http://127.0.0.1/functions/v1/resend-webhook", {
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
