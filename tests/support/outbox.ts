import { assert } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Stack } from "../../local/stack/stack.ts";
import { createDatabase } from "../../supabase/functions/_shared/database.ts";
import {
  type SendDeps,
  sendDueEmails,
  type SendSummary,
} from "../../supabase/functions/send-emails/send.ts";
import { emptyDatabase, readFixture } from "./webhook.ts";

/** A mail as the outbox has it. */
export interface MailRow {
  id: string;
  kind: string;
  status: string;
  reason: string | null;
  attempts: number;
  /** Whether an attempt is under way. */
  is_claimed: boolean;
  /** Seconds until the next attempt. */
  wait: number;
  /** What the last attempt met, in Resend's words. */
  error: string | null;
  resend_id: string | null;
  to_address: string;
  delivery: string | null;
}

/** What one pass of a sender may be given. */
export interface SendOptions {
  resendApiKey?: string | null;
  resendBaseUrl?: string;
  timeout?: number;
  render?: SendDeps["render"];
  /** Stands between the sender and the database. */
  fetch?: typeof globalThis.fetch;
}

/** The outbox of a running stack, with everything a test does to it. */
export interface Outbox {
  /** Books for so many new companies: a confirmation is owed to each. */
  owe(count: number): Promise<void>;
  /** Cancels the bookings of a run of `owe`, by their places. */
  cancel(...places: number[]): Promise<void>;
  /** One pass of a sender, with the lines it logged. */
  send(options?: SendOptions): Promise<{ summary: SendSummary; lines: Record<string, unknown>[] }>;
  /** All mails, by address. */
  mails(): Promise<MailRow[]>;
  /** As if all waits were over, and the claims of whoever died too. */
  letTimePass(): Promise<void>;
  /** How many mails the sandbox accepted under the key of a mail, and how many with its content. */
  accepted(mail: MailRow): { byKey: number; byContent: number };
}

const SUBJECTS: Record<string, RegExp> = {
  confirmation: /^Confirmed/,
  cancellation: /^Cancel/,
};

let runs = 0;

/** Empties the database of a stack, and hands out its outbox. */
export async function openOutbox(stack: Stack): Promise<Outbox> {
  await emptyDatabase(stack);
  const run = ++runs;
  const uidOf = (place: number) => `booking-${place}-run-${run}`;
  const addressOf = (place: number) => `guest@company-${place}.run-${run}.example`;

  async function handle(fixture: string, place: number) {
    const event = JSON.parse(new TextDecoder().decode(readFixture(fixture)));
    const { payload } = event;
    payload.uid = uidOf(place);
    payload.attendees[0].email = addressOf(place);
    payload.responses.email.value = addressOf(place);
    await stack.sql("select public.handle_calcom_event($1::jsonb)", [event]);
  }

  return {
    async owe(count) {
      for (let place = 1; place <= count; place++) {
        await handle("booking-created-business", place);
      }
    },
    async cancel(...places) {
      for (const place of places) await handle("booking-cancelled", place);
    },
    async send({ resendApiKey = stack.resendApiKey, resendBaseUrl, timeout, render, fetch } = {}) {
      const lines: Record<string, unknown>[] = [];
      const summary = await sendDueEmails({
        database: createDatabase({
          supabaseUrl: stack.url,
          supabaseKey: stack.secretKey,
          ...(fetch && { fetch }),
        }),
        env: { resendApiKey, resendBaseUrl: resendBaseUrl ?? stack.resendUrl },
        log: (line) => lines.push(line),
        ...(timeout !== undefined && { timeout }),
        ...(render && { render }),
      });
      assert(!JSON.stringify(lines).includes("@"), "a line holds an address");
      return { summary, lines };
    },
    mails: () =>
      stack.sql<MailRow>(
        `select e.id, e.kind, e.status, e.reason, e.attempts,
           exists (
             select from public.email_attempts as u
             where u.email_id = e.id and u.attempt = e.attempts and u.outcome is null
           ) as is_claimed,
           extract(epoch from e.next_attempt_at - now())::float8 as wait, a.error, e.resend_id,
           e.to_address, e.delivery
         from public.emails as e
         left join public.email_attempts as a on a.email_id = e.id and a.attempt = e.attempts
         order by e.to_address, e.kind`,
      ),
    letTimePass: async () => {
      await stack.sql(
        "update public.emails set next_attempt_at = now() where status = 'due'",
      );
    },
    accepted: ({ id, kind, to_address }) => {
      const messages = stack.sandbox.messages();
      return {
        byKey: messages.filter((mail) => mail.idempotency_key === id).length,
        byContent:
          messages.filter(({ to, subject }) =>
            to.includes(to_address) && SUBJECTS[kind]!.test(subject)
          ).length,
      };
    },
  };
}
