import { call, type DatabaseClient } from "../_shared/database.ts";
import type { Env } from "../_shared/env.ts";
import { errorName } from "../_shared/log.ts";
import { renderMessage } from "./email/message.ts";
import type { EmailRow, Message } from "./email/types.ts";
import { createResend, type SendMessage } from "./resend.ts";

/** Milliseconds after which no more mail is claimed; the platform ends the isolate after 150 s. */
const TIME_TO_CLAIM = 30_000;

/** What sending needs from outside. */
export interface SendDeps {
  database: DatabaseClient;
  env: Pick<Env, "resendApiKey" | "resendBaseUrl">;
  log: (line: Record<string, unknown>) => void;
  /** Milliseconds to wait for Resend; the usual time unless told otherwise. */
  timeout?: number;
  /** Renders a mail; {@linkcode renderMessage} unless told otherwise. */
  render?: (email: EmailRow) => Promise<Message>;
}

/** How many mails are in which status after their attempt. */
export interface SendSummary {
  sent: number;
  /** Not known to be out: tried again. */
  due: number;
  failed: number;
  /** No longer to be sent, or not by this attempt. */
  dropped: number;
}

/**
 * Sends the mails that are due, one after the other, until there are none or Resend is in trouble.
 * What could not be sent stays due, or has failed: the database decides, and keeps the reason.
 *
 * @throws {DatabaseError} when the database does not answer; what was claimed becomes due again.
 */
export async function sendDueEmails(deps: SendDeps): Promise<SendSummary> {
  const { database, env, log, timeout, render = renderMessage } = deps;
  const summary: SendSummary = { sent: 0, due: 0, failed: 0, dropped: 0 };
  // Claiming what cannot be sent would only count attempts.
  if (env.resendApiKey === null) return summary;
  const send = createResend({
    apiKey: env.resendApiKey,
    baseUrl: env.resendBaseUrl,
    ...(timeout === undefined ? {} : { timeout }),
  });

  const start = performance.now();
  while (performance.now() - start < TIME_TO_CLAIM) {
    // One at a time: a claim lasts two minutes, and trouble leaves nothing claimed behind.
    const [email] = await call(database.rpc("claim_email"));
    if (email === undefined) break;

    const { status, problem, stopsBatch } = await sendEmail(email, { database, send, render });
    summary[status]++;
    log({
      at: "send-emails",
      outcome: status,
      ...(problem && { problem }),
      email_id: email.id,
      kind: email.kind,
    });
    if (stopsBatch) break;
  }
  return summary;
}

/** What an attempt left behind, and whether the next mail would meet the same problem. */
interface AttemptResult {
  status: keyof SendSummary;
  problem?: string;
  stopsBatch?: boolean;
}

/** Makes one attempt at a claimed mail: render, start, send, finish. Each step names the attempt. */
async function sendEmail(
  email: EmailRow,
  { database, send, render }:
    & { send: SendMessage }
    & Required<Pick<SendDeps, "database" | "render">>,
): Promise<AttemptResult> {
  const attempt = { email_id: email.id, attempt: email.attempts };
  const finish = async (report: Report) =>
    toStatus(await call(database.rpc("finish_email_attempt", { ...attempt, ...report })));

  let draft: Message;
  try {
    draft = email.request_body as Message | null ?? await render(email);
  } catch (error) {
    // It would fail in the same way every time, and hold up the others.
    const problem = errorName(error);
    const report = { outcome: "rejected", error: `It cannot be rendered: ${problem}` };
    return { status: await finish(report), problem };
  }

  const message = await call(
    database.rpc("start_email_attempt", { ...attempt, request_body: draft }),
  ) as Message | null;
  if (message === null) return { status: "dropped" };

  const result = await send(message, email.id);
  if (result.outcome === "sent") {
    return { status: await finish({ outcome: "sent", resend_id: result.resendId }) };
  }
  const { outcome, error, reason, retryAfter, stopsBatch } = result;
  const wait = retryAfter === null ? {} : { retry_after: retryAfter };
  return {
    status: await finish({ outcome, error, reason, ...wait }),
    problem: outcome,
    stopsBatch,
  };
}

/** What `finish_email_attempt` is told besides the attempt. */
interface Report {
  outcome: string;
  resend_id?: string;
  error?: string;
  reason?: string;
  retry_after?: number;
}

/** The mail's status; an attempt that another one has overtaken hears what that one came to. */
function toStatus(status: string): keyof SendSummary {
  return status === "sent" || status === "failed" || status === "dropped" ? status : "due";
}
