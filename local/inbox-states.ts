import type { Mail } from "./sandbox-mailbox.ts";
import type { Database } from "./stack/database.ts";

/** A row of the product's outbox, as far as the inbox tells of it. */
export interface OutboxRow {
  id: string;
  kind: string;
  to_address: string;
  created_at: string;
  /** What the outbox says: `due`, `sent` and what else it knows. */
  status: string;
  /** What was reported about a mail that is out, like `delivered`. */
  delivery: string | null;
  /** Why it is not out, or did not arrive. */
  reason: string | null;
  attempts: number;
}

/** Where a mail stands, for the reader. */
export interface MailState {
  name: string;
  reason: string | null;
}

/** Reads the outbox, newest first; nothing of a database that has none. */
export async function readOutbox(database: Database): Promise<OutboxRow[]> {
  const [{ has_outbox = false } = {}] = await database.sql<{ has_outbox: boolean }>(
    "select to_regclass('public.emails') is not null as has_outbox",
    [],
  );
  if (!has_outbox) return [];
  // By name, so that columns that a project does not have are null.
  return await database.sql<OutboxRow>(
    `select o.row ->> 'id' as id, o.row ->> 'kind' as kind, o.row ->> 'to_address' as to_address,
       o.row ->> 'created_at' as created_at, o.row ->> 'status' as status,
       o.row ->> 'delivery' as delivery,
       coalesce(o.row ->> 'delivery_reason', o.row ->> 'reason', o.row ->> 'last_error') as reason,
       (o.row ->> 'attempts')::integer as attempts
     from (select to_jsonb(e) - array['details', 'message'] as row from public.emails as e) as o
     order by o.row ->> 'created_at' desc`,
    [],
  );
}

/** The state of a mail that was accepted; null for one that is not from the outbox. */
export function stateOf(mail: Mail, outbox: OutboxRow[]): MailState | null {
  const row = outbox.find(({ id }) => id === mail.idempotency_key);
  return row === undefined ? null : { name: row.delivery ?? row.status, reason: row.reason };
}

/** The rows whose mail has not gone out. The demo's count as sent, though the sandbox never saw them. */
export function notSent(mails: Mail[], outbox: OutboxRow[]): OutboxRow[] {
  const accepted = new Set(mails.map((mail) => mail.idempotency_key));
  return outbox.filter(({ id, status }) => status !== "sent" && !accepted.has(id));
}
