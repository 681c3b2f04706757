import type { DatabaseClient } from "../_shared/database.ts";
import type { Env } from "../_shared/env.ts";
import { type Message, type OwedEmail, renderMessage } from "./message.ts";
import { createDeliver, type Deliver } from "./resend.ts";

/** Few enough to be through with the slowest of them before the lease of two minutes ends. */
const BATCH_SIZE = 5;

/** Milliseconds after which no new batch is claimed; the platform ends the isolate after 150 s. */
const TIME_TO_CLAIM = 30_000;

/** Milliseconds for one call of the database. */
const DATABASE_TIMEOUT = 5_000;

/** What sending needs from outside. */
export interface SendDeps {
  database: DatabaseClient;
  env: Pick<Env, "resendApiKey" | "resendBaseUrl">;
  log: (line: Record<string, unknown>) => void;
}

/**
 * Sends the mails that are due, one after the other, until there are none or Resend is in trouble.
 * What could not be sent stays due, with its error.
 *
 * @throws when the database does not answer; what was claimed becomes due again by itself.
 */
export async function sendDueEmails({ database, env, log }: SendDeps): Promise<void> {
  // Claiming what cannot be sent would only count attempts.
  if (env.resendApiKey === null) return;
  const deliver = createDeliver({ apiKey: env.resendApiKey, baseUrl: env.resendBaseUrl });

  const start = performance.now();
  while (performance.now() - start < TIME_TO_CLAIM) {
    const batch = await call(database.rpc("claim_emails", { batch_size: BATCH_SIZE }));
    if (batch.length === 0) return;

    let trouble: string | null = null;
    for (const email of batch) {
      const error: string | null = trouble === null
        ? await sendEmail(email, { database, deliver, log, onTrouble: (text) => trouble = text })
        : trouble;
      if (error !== null) {
        await call(database.rpc("record_email_error", { email_id: email.id, error }));
      }
    }
    if (trouble !== null) return;
  }
}

/** Sends one claimed mail and records it. Returns the error when it is not out. */
async function sendEmail(
  email: OwedEmail,
  { database, deliver, log, onTrouble }: {
    database: DatabaseClient;
    deliver: Deliver;
    log: SendDeps["log"];
    onTrouble: (error: string) => void;
  },
): Promise<string | null> {
  const message = await freeze(email, database);
  const delivery = await deliver(message, email.id);
  log({
    at: "send-emails",
    outcome: delivery.isSent ? "sent" : "due",
    email_id: email.id,
    kind: email.kind,
  });
  if (delivery.isSent) {
    const sent = { email_id: email.id, resend_id: delivery.resendId };
    await call(database.rpc("record_email_sent", sent));
    return null;
  }
  if (delivery.isGeneral) onTrouble(delivery.error);
  return delivery.error;
}

/** The mail as it was first rendered, by whoever came first: a key must never carry two mails. */
async function freeze(email: OwedEmail, database: DatabaseClient): Promise<Message> {
  if (email.message !== null) return email.message as Message;
  const message = await renderMessage(email);
  return await call(database.rpc("freeze_email", { email_id: email.id, message })) as Message;
}

/** Waits for an answer of the database; throws its code, never its words, which quote data. */
async function call<T>(
  request: PromiseLike<{ data: T; error: null } | { data: null; error: { code: string } }> & {
    abortSignal(signal: AbortSignal): unknown;
  },
): Promise<T> {
  request.abortSignal(AbortSignal.timeout(DATABASE_TIMEOUT));
  const { data, error } = await request;
  if (error !== null) throw new Error(`The database answered ${error.code || "nothing"}`);
  return data;
}
