import { call, type DatabaseClient } from "../_shared/database.ts";
import type { Json } from "../_shared/database.types.ts";
import type { Env } from "../_shared/env.ts";
import { errorName } from "../_shared/log.ts";
import { type Message, type OwedEmail, renderMessage } from "./message.ts";
import { createDeliver, type Deliver } from "./resend.ts";

/** Milliseconds after which no more mail is claimed; the platform ends the isolate after 150 s. */
const TIME_TO_CLAIM = 30_000;

/** What sending needs from outside. */
export interface SendDeps {
  database: DatabaseClient;
  env: Pick<Env, "resendApiKey" | "resendBaseUrl">;
  log: (line: Record<string, unknown>) => void;
  /** Milliseconds to wait for Resend; the usual time unless told otherwise. */
  timeout?: number;
  /** Puts a mail into words; {@linkcode writeMessage} unless told otherwise. */
  write?: (email: OwedEmail) => Promise<Message>;
}

/** How many mails went which way. */
export interface Tally {
  sent: number;
  /** Not known to be out: they stay due. */
  due: number;
  failed: number;
  /** Not to be sent any more, as it turned out between the claim and the attempt. */
  dropped: number;
}

/**
 * Sends the mails that are due, one after the other, until there are none or Resend is in trouble.
 * What could not be sent stays due, or is given up: the database decides, and keeps the reason.
 *
 * @throws when the database does not answer; what was claimed becomes due again by itself.
 */
export async function sendDueEmails(
  { database, env, log, timeout, write = writeMessage }: SendDeps,
): Promise<Tally> {
  const tally: Tally = { sent: 0, due: 0, failed: 0, dropped: 0 };
  // Claiming what cannot be sent would only count attempts.
  if (env.resendApiKey === null) return tally;
  const deliver = createDeliver({
    apiKey: env.resendApiKey,
    baseUrl: env.resendBaseUrl,
    ...(timeout === undefined ? {} : { timeout }),
  });

  const start = performance.now();
  while (performance.now() - start < TIME_TO_CLAIM) {
    // One at a time: a lease starts with the attempt, and trouble leaves nothing claimed behind.
    const [email] = await call(database.rpc("claim_emails", { batch_size: 1 }));
    if (email === undefined) break;

    const { outcome, problem, isGeneral } = await sendEmail(email, { database, deliver, write });
    tally[outcome]++;
    log({
      at: "send-emails",
      outcome,
      ...(problem && { problem }),
      email_id: email.id,
      kind: email.kind,
    });
    if (isGeneral) break;
  }
  return tally;
}

/** What came of one mail, and whether the next one would meet the same problem. */
interface Result {
  outcome: keyof Tally;
  problem?: string;
  isGeneral?: boolean;
}

/** Sends one claimed mail and records what came of it. */
async function sendEmail(
  email: OwedEmail,
  { database, deliver, write }:
    & { deliver: Deliver }
    & Required<Pick<SendDeps, "database" | "write">>,
): Promise<Result> {
  let draft: Json;
  try {
    draft = email.message ?? await write(email);
  } catch (error) {
    // It would fail in the same way for ever, and hold up the others.
    const failure = { kind: "rejected", error: `It cannot be put into words: ${errorName(error)}` };
    await recordFailure(email, failure, database);
    return { outcome: "failed", problem: errorName(error) };
  }

  const frozen = await call(
    database.rpc("freeze_email", { email_id: email.id, message: draft }),
  ) as Message | null;
  if (frozen === null) return { outcome: "dropped" };

  const delivery = await deliver(frozen, email.id);
  if (delivery.isSent) {
    const sent = { email_id: email.id, resend_id: delivery.resendId };
    await call(database.rpc("record_email_sent", sent));
    return { outcome: "sent" };
  }
  const { kind, error, reason, retryAfter, isGeneral } = delivery;
  const status = await recordFailure(email, {
    kind,
    error,
    reason,
    ...(retryAfter !== null && { retry_after: retryAfter }),
  }, database);
  return { outcome: status === "failed" ? "failed" : "due", problem: kind, isGeneral };
}

/**
 * Puts a mail into words. The tag comes back with every report of Resend, and tells which mail it
 * is about even when the answer that held Resend's id was lost.
 */
export async function writeMessage(
  email: OwedEmail,
): Promise<Message & { tags: { name: string; value: string }[] }> {
  return { ...await renderMessage(email), tags: [{ name: "email_id", value: email.id }] };
}

async function recordFailure(
  email: OwedEmail,
  failure: { kind: string; error: string; reason?: string; retry_after?: number },
  database: DatabaseClient,
): Promise<string | null> {
  return await call(database.rpc("record_email_failure", { email_id: email.id, ...failure }));
}
