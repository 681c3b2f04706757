/**
 * What the webhook is measured against: a naive function that makes the same decisions about a
 * first booking, with one call of supabase-js per step. No log, no order, no locks.
 */
import { createClient } from "npm:@supabase/supabase-js@2.119.1";
import { readEnv } from "../supabase/functions/_shared/env.ts";
import { verifySignature } from "../supabase/functions/calcom-webhook/signature.ts";

const env = readEnv(["CALCOM_WEBHOOK_SECRET", "RESEND_API_KEY"]);
const database = createClient(env.supabaseUrl, env.supabaseKey);

Deno.serve(async (request) => {
  const body = new Uint8Array(await request.arrayBuffer());
  const header = request.headers.get("x-cal-signature-256");
  if (await verifySignature(body, { header, secrets: env.calcomSecrets }) !== null) {
    return Response.json({ outcome: "unauthorized" }, { status: 401 });
  }
  const { payload } = JSON.parse(new TextDecoder().decode(body));
  const [{ name, ...attendee }] = payload.attendees;
  const email = attendee.email.toLowerCase();
  const domain = email.split("@")[1];

  const event_id = await insert("calcom_events", { payload });
  let company_id: string | null = null;
  if ((await find("personal_email_domains", { domain })).length === 0) {
    const [company] = await find("companies", { domain });
    company_id = company?.id ?? await insert("companies", { domain, name: domain });
  }
  const [person] = await find("people", { email });
  const person_id = person?.id ?? await insert("people", { email, name, company_id });
  if (company_id !== null && (await find("deals", { company_id, status: "active" })).length === 0) {
    await insert("deals", { company_id });
  }
  const booking_id = await insert("bookings", {
    calcom_uid: payload.uid,
    person_id,
    title: payload.title,
    start_time: payload.startTime,
    end_time: payload.endTime,
    organizer_email: payload.organizer.email,
  });
  const senders = await find("senders", {});
  const organizer_domain = payload.organizer.email.split("@")[1];
  const sender = senders.find((row) => row.organizer_domain === organizer_domain) ??
    senders.find((row) => row.is_default);
  await insert("emails", {
    event_id,
    booking_id,
    kind: "confirmation",
    calcom_uid: payload.uid,
    from_address: sender.from_address,
    to_address: email,
    template_data: {},
  });
  return Response.json({ outcome: "applied", event_id });
});

// deno-lint-ignore no-explicit-any -- rows of any table
async function find(table: string, columns: Record<string, unknown>): Promise<any[]> {
  const { data, error } = await database.from(table).select().match(columns);
  if (error) throw error;
  return data;
}

async function insert(table: string, row: Record<string, unknown>): Promise<string> {
  const { data, error } = await database.from(table).insert(row).select("id").single();
  if (error) throw error;
  return data.id;
}
