/** The operations, as functions of the database, and what they answer in words. */
import { ask, askMaybe, supabase } from "../supabase.ts";

interface Decided {
  outcome?: string;
  status?: string;
  reason?: string | null;
}

export async function retryEvent(id: string): Promise<string> {
  const answer = await ask(supabase().rpc("board_retry_event", { event_id: id }));
  const { outcome, reason } = answer as Decided;
  const sentence = outcome === "failed" ? "It failed again." : `It is ${outcome} now.`;
  return `${sentence} ${reason ?? ""}`.trim();
}

export async function retryFailedEvents(): Promise<string> {
  const { pending } = await ask(supabase().rpc("board_retry_failed_events")) as { pending: number };
  return pending === 0
    ? "No event has failed."
    : `${countOf(pending, "event")} will be decided within a minute.`;
}

export async function retryEmail(id: string): Promise<string> {
  const answer = await ask(supabase().rpc("board_retry_email", { email_id: id }));
  const { status, reason } = answer as Decided;
  return status === "due"
    ? "The mail is due again: it goes out within a minute."
    : `The mail stays ${status}. ${reason ?? ""}`.trim();
}

export async function allowMail(email: string): Promise<string> {
  const wasSuppressed = await ask(supabase().rpc("board_allow_mail", { email }));
  return wasSuppressed
    ? `${email} gets mail again. Take it off Resend's suppression list, too.`
    : `${email} was not kept from mail.`;
}

export async function rebuildCompany(domain: string): Promise<string> {
  return describeRebuild(await ask(supabase().rpc("board_rebuild_company", { domain })));
}

export async function rebuildPerson(email: string): Promise<string> {
  return describeRebuild(await ask(supabase().rpc("board_rebuild_person", { email })));
}

export async function rebuildEverything(): Promise<string> {
  return describeRebuild(await ask(supabase().rpc("board_rebuild_everything")));
}

/** Everything that is known about somebody, as the text of a file. */
export async function exportPerson(email: string): Promise<string> {
  const known = await askMaybe(supabase().rpc("board_export_person", { email }));
  return JSON.stringify(known, null, 2);
}

export async function erasePerson(email: string): Promise<string> {
  const answer = await ask(supabase().rpc("board_erase_person", { email })) as {
    erased: boolean;
    reason?: string;
    bookings?: number;
    events?: number;
    mails?: number;
  };
  if (!answer.erased) return `Nobody was erased. ${answer.reason ?? ""}`.trim();
  const { bookings, events, mails } = answer;
  const found = [countOf(bookings, "booking"), countOf(events, "event"), countOf(mails, "mail")];
  return `Erased, in ${found.join(", ")}.`;
}

/** What a rebuild has changed: a table each, with how many rows. */
function describeRebuild(answer: unknown): string {
  const changes = Object.entries(answer as Record<string, Record<string, number>>).flatMap(
    ([table, counts]) =>
      Object.entries(counts)
        .filter(([, count]) => count > 0)
        .map(([what, count]) => `${count} ${table} ${what}`),
  );
  return changes.length === 0
    ? "Rebuilt. Everything was as the log says."
    : `Rebuilt: ${changes.join(", ")}.`;
}

function countOf(count: number | undefined, word: string): string {
  return `${count ?? 0} ${word}${count === 1 ? "" : "s"}`;
}
