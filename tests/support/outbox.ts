import { assert } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Stack } from "../../local/stack/stack.ts";
import { createDatabase } from "../../supabase/functions/_shared/database.ts";
import { type SendDeps, sendDueEmails } from "../../supabase/functions/send-emails/send.ts";
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

/** What one pass of a sender may be given; `fetch` stands between the sender and the database. */
export interface SendOptions extends Pick<SendDeps, "render"> {
  resendApiKey?: string | null;
  resendBaseUrl?: string;
  timeout?: number;
  fetch?: typeof globalThis.fetch;
}

/** The outbox of a running stack, with everything a test does to it. */
export type Outbox = Awaited<ReturnType<typeof openOutbox>>;

const SUBJECTS: Record<string, RegExp> = {
  confirmation: /^Confirmed/,
  cancellation: /^Cancel/,
};

let runs = 0;

/** Empties the database of a stack, and hands out its outbox. */
export async function openOutbox(stack: Stack) {
  await emptyDatabase(stack);
  const run = ++runs;

  async function handle(fixture: string, place: number) {
    const event = JSON.parse(new TextDecoder().decode(readFixture(fixture)));
    const email = `guest@company-${place}.run-${run}.example`;
    event.payload.uid = `booking-${place}-run-${run}`;
    event.payload.attendees[0].email = email;
    event.payload.responses.email.value = email;
    await stack.sql("select public.handle_calcom_event($1::jsonb)", [event]);
  }

  return {
    /** Books for so many new companies: a confirmation is owed to each. */
    async owe(count: number) {
      for (let place = 1; place <= count; place++) await handle("booking-created-business", place);
    },
    /** Cancels the bookings of a run of `owe`, by their places. */
    async cancel(...places: number[]) {
      for (const place of places) await handle("booking-cancelled", place);
    },
    /** One pass of a sender, with the lines it logged. */
    async send(options: SendOptions = {}) {
      const { resendApiKey = stack.resendApiKey, resendBaseUrl = stack.resendUrl } = options;
      const lines: Record<string, unknown>[] = [];
      const summary = await sendDueEmails({
        database: createDatabase({
          supabaseUrl: stack.url,
          supabaseKey: stack.secretKey,
          ...(options.fetch && { fetch: options.fetch }),
        }),
        env: { resendApiKey, resendBaseUrl },
        log: (line) => lines.push(line),
        ...(options.timeout && { timeout: options.timeout }),
        ...(options.render && { render: options.render }),
      });
      assert(!JSON.stringify(lines).includes("@"), "a line holds an address");
      return { summary, lines };
    },
    /** All mails, by address. */
    mails: () =>
      stack.sql<MailRow>(
        `select e.id, e.kind, e.status, e.reason, e.attempts, e.resend_id, e.to_address, e.delivery, a.error,
           extract(epoch from e.next_attempt_at - now())::float8 as wait,
           a.attempt is not null and a.outcome is null as is_claimed
         from public.emails as e
         left join public.email_attempts as a on a.email_id = e.id and a.attempt = e.attempts
         order by e.to_address, e.kind`,
      ),
    /** As if all waits were over, and the claims of whoever died too. */
    letTimePass: () =>
      stack.sql("update public.emails set next_attempt_at = now() where status = 'due'"),
    /** How many mails the sandbox accepted under the key of a mail, and how many with its content. */
    accepted({ id, kind, to_address }: MailRow) {
      const messages = stack.sandbox.messages();
      const isSame = (one: { to: string[]; subject: string }) =>
        one.to.includes(to_address) && SUBJECTS[kind]!.test(one.subject);
      return {
        byKey: messages.filter((one) => one.idempotency_key === id).length,
        byContent: messages.filter(isSame).length,
      };
    },
  };
}
