import { ask, supabase, type Table } from "../supabase.ts";
import { type List, quote } from "../ui/list.ts";

/** A mail without its text, which is fetched when it is looked at. */
const COLUMNS =
  "id,kind,to_address,from_address,status,reason,delivery,delivery_reason,created_at,sent_at,next_attempt_at,attempts";

export type Mail = Pick<
  Table<"emails">,
  | "id"
  | "kind"
  | "to_address"
  | "from_address"
  | "status"
  | "reason"
  | "delivery"
  | "delivery_reason"
  | "created_at"
  | "sent_at"
  | "next_attempt_at"
  | "attempts"
>;

/** What is known of a mail by our own work; anything else is a report of Resend's. */
const STATUSES = ["due", "sent", "failed", "dropped"];

export function listMails(state: string | null, search: string | null): List<Mail> {
  return {
    from: () => {
      let mails = supabase().from("emails").select(COLUMNS);
      if (state) mails = mails.eq(STATUSES.includes(state) ? "status" : "delivery", state);
      if (search) {
        const text = search.toLowerCase();
        mails = mails.or(`to_address.eq.${quote(text)},calcom_uid.eq.${quote(search)}`);
      }
      return mails;
    },
    time: "created_at",
    id: "id",
  };
}

/** What is under a mail: its text, the attempts at it, what Resend reported. */
export async function fetchMail(id: string) {
  const [mail, attempts, reports] = await Promise.all([
    ask(supabase().from("emails").select("request_body").eq("id", id).single()),
    ask(
      supabase()
        .from("email_attempts")
        .select("attempt,claimed_at,outcome,error")
        .eq("email_id", id)
        .order("attempt"),
    ),
    ask(
      supabase()
        .from("email_deliveries")
        .select("id,received_at,payload")
        .eq("email_id", id)
        .order("received_at"),
    ),
  ]);
  const body = (mail.request_body ?? {}) as { subject?: string; text?: string };
  return { subject: body.subject ?? null, text: body.text ?? null, attempts, reports };
}
