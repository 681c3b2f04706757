import assert from "node:assert/strict";
import type { Stack } from "../../../local/stack/stack.ts";
import { createDatabase } from "../_shared/database.ts";
import { type SendDeps, sendDueEmails, type Tally } from "../send-emails/send.ts";
import { emptyDatabase, readFixture } from "./webhook.ts";

/** A mail as the outbox has it. */
export interface MailRow {
  id: string;
  kind: string;
  status: string;
  reason: string | null;
  attempts: number;
  is_leased: boolean;
  /** Seconds until the next attempt. */
  wait: number;
  last_error: string | null;
  resend_id: string | null;
  to_address: string;
  delivery: string | null;
}

/** What one pass of a sender may be given. */
export interface SendOptions {
  resendApiKey?: string | null;
  resendBaseUrl?: string;
  timeout?: number;
  write?: SendDeps["write"];
  /** Stands between the sender and the database. */
  fetch?: typeof globalThis.fetch;
}

/** The outbox of a running stack, with everything a test does to it. */
export interface Outbox {
  /** Books with so many companies that nobody has seen before, so that a confirmation is owed to each. */
  owe(count: number): Promise<void>;
  /** Cancels the bookings of a run of `owe`, by their places. */
  cancel(...places: number[]): Promise<void>;
  /** One pass of a sender, with the lines it logged. */
  send(options?: SendOptions): Promise<{ tally: Tally; lines: Record<string, unknown>[] }>;
  /** All mails, by address. */
  mails(): Promise<MailRow[]>;
  /** As if the waits were over, and the leases of whoever died too. */
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

  async function deliver(fixture: string, place: number) {
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
        await deliver("booking-created-business", place);
      }
    },
    async cancel(...places) {
      for (const place of places) await deliver("booking-cancelled", place);
    },
    async send({ resendApiKey = stack.resendApiKey, resendBaseUrl, timeout, write, fetch } = {}) {
      const lines: Record<string, unknown>[] = [];
      const tally = await sendDueEmails({
        database: createDatabase({
          supabaseUrl: stack.url,
          supabaseKey: stack.secretKey,
          ...(fetch && { fetch }),
        }),
        env: { resendApiKey, resendBaseUrl: resendBaseUrl ?? stack.resendUrl },
        log: (line) => lines.push(line),
        ...(timeout !== undefined && { timeout }),
        ...(write && { write }),
      });
      assert.ok(!JSON.stringify(lines).includes("@"), "a line holds an address");
      return { tally, lines };
    },
    mails: () =>
      stack.sql<MailRow>(
        `select id, kind, status, reason, attempts, leased_until is not null as is_leased,
           extract(epoch from next_attempt_at - now())::float8 as wait, last_error, resend_id,
           to_address, delivery
         from public.emails order by to_address, kind`,
      ),
    letTimePass: async () => {
      await stack.sql(
        "update public.emails set next_attempt_at = now(), leased_until = null where status = 'due'",
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
