/**
 * What the webhook is measured against: a naive function that makes the same decisions about a
 * first booking, with one call of supabase-js per step. No log, no order, no locks.
 */
import { createDatabase } from "../../supabase/functions/_shared/database.ts";
import { readEnv } from "../../supabase/functions/_shared/env.ts";
import { verifySignature } from "../../supabase/functions/calcom-webhook/signature.ts";

const env = readEnv(["CALCOM_WEBHOOK_SECRET", "RESEND_API_KEY"]);
// deno-lint-ignore no-explicit-any -- it writes to tables that service_role may only read elsewhere
const database = createDatabase(env) as any;

Deno.serve(async (request) => {
  const body = new Uint8Array(await request.arrayBuffer());
  const header = request.headers.get("x-cal-signature-256");
  if (await verifySignature(body, { header, secrets: env.calcomSecrets }) !== null) {
    return Response.json({ outcome: "unauthorized" }, { status: 401 });
  }
  const { payload } = JSON.parse(new TextDecoder().decode(body));
  const email = payload.attendees[0].email.toLowerCase();
  const domain = email.split("@")[1];

  const [event] = await rows(database.from("calcom_events").insert({ payload }).select("id"));
  const personal = await rows(
    database.from("personal_email_domains").select().eq("domain", domain),
  );
  let company = personal.length > 0 ? null : await first("companies", "domain", domain);
  if (personal.length === 0 && company === null) {
    [company] = await rows(
      database.from("companies").insert({ domain, name: domain }).select("id"),
    );
  }
  let person = await first("people", "email", email);
  if (person === null) {
    const row = { email, name: payload.attendees[0].name, company_id: company?.id ?? null };
    [person] = await rows(database.from("people").insert(row).select("id"));
  }
  if (company !== null) {
    const deals = await rows(
      database.from("deals").select("id").eq("company_id", company.id).eq("status", "active"),
    );
    if (deals.length === 0) {
      await rows(database.from("deals").insert({ company_id: company.id }).select("id"));
    }
  }
  const [booking] = await rows(
    database.from("bookings").insert({
      calcom_uid: payload.uid,
      person_id: person.id,
      title: payload.title,
      start_time: payload.startTime,
      end_time: payload.endTime,
      organizer_email: payload.organizer.email,
    }).select("id"),
  );
  const senders = await rows(database.from("senders").select());
  const organizerDomain = payload.organizer.email.split("@")[1];
  const sender = senders.find((row: Row) => row.organizer_domain === organizerDomain) ??
    senders.find((row: Row) => row.is_default);
  await rows(
    database.from("emails").insert({
      event_id: event.id,
      booking_id: booking.id,
      kind: "confirmation",
      calcom_uid: payload.uid,
      from_address: sender.from_address,
      to_address: email,
      template_data: {},
    }).select("id"),
  );
  return Response.json({ outcome: "applied", event_id: event.id });
});

type Row = Record<string, unknown>;

// deno-lint-ignore no-explicit-any -- rows of any table
async function rows(query: PromiseLike<{ data: any; error: unknown }>): Promise<any> {
  const { data, error } = await query;
  if (error) throw error;
  return data;
}

// deno-lint-ignore no-explicit-any -- rows of any table
async function first(table: string, column: string, value: string): Promise<any> {
  return (await rows(database.from(table).select("id").eq(column, value)))[0] ?? null;
}
