import type { Mail } from "../resend/types.ts";

/** A row of the product's outbox, as far as the inbox tells of it. */
export interface OutboxRow {
  id: string;
  kind: string;
  to_address: string;
  /** What the outbox says: `due`, `sent` and what else it knows. */
  status: string;
  /** What was reported about a mail that is out, like `delivered`. */
  delivery: string | null;
  /** Why it is not out, or did not arrive. */
  reason: string | null;
}

/** What became of a mail, for the reader. */
export interface EmailStatus {
  name: string;
  reason: string | null;
}

/** Reads the outbox, newest first; nothing of a database that has none. */
export async function readOutbox(
  { sql }: { sql<T>(query: string, parameters?: unknown[]): Promise<T[]> },
): Promise<OutboxRow[]> {
  const tables = await sql("select where to_regclass('public.emails') is not null", []);
  return tables.length === 0 ? [] : await sql<OutboxRow>(
    `select id, kind, to_address, status, delivery, coalesce(delivery_reason, reason) as reason
     from public.emails order by created_at desc`,
    [],
  );
}

/** What became of a mail that was accepted; null for one that is not from the outbox. */
export function statusOf(mail: Mail, outbox: OutboxRow[]): EmailStatus | null {
  const row = outbox.find(({ id }) => id === mail.idempotency_key);
  return row === undefined ? null : { name: row.delivery ?? row.status, reason: row.reason };
}

/** The rows whose mail has not gone out. The demo's count as sent, though no sandbox saw them. */
export function notSent(mails: Mail[], outbox: OutboxRow[]): OutboxRow[] {
  const accepted = new Set(mails.map((mail) => mail.idempotency_key));
  return outbox.filter(({ id, status }) => status !== "sent" && !accepted.has(id));
}
