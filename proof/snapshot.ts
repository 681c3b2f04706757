import type postgres from "npm:postgres@3.4.9";

/** Hands bodies to the door, one after the other. */
export async function deliver(sql: postgres.Sql, bodies: unknown[]): Promise<void> {
  for (const body of bodies) {
    await sql`select public.handle_calcom_event(${sql.json(body as postgres.JSONValue)})`;
  }
}

/** What the tables say, ids and receipt times aside, as text to compare. */
export async function snapshot(sql: postgres.Sql): Promise<string> {
  const [row] = await sql<{ snapshot: unknown }[]>`
    select jsonb_build_object(
      'companies', (select jsonb_agg(to_jsonb(c) - 'id' - 'created_at' order by c.domain) from public.companies as c),
      'people', (
        select jsonb_agg(to_jsonb(p) - 'id' - 'created_at' - 'company_id' || jsonb_build_object('company', c.domain) order by p.email)
        from public.people as p left join public.companies as c on c.id = p.company_id
      ),
      'deals', (
        select jsonb_agg(jsonb_build_object('company', c.domain, 'ordinal', d.ordinal, 'status', d.status, 'stage', d.stage) order by c.domain, d.ordinal)
        from public.deals as d join public.companies as c on c.id = d.company_id
      ),
      'bookings', (
        select jsonb_agg(
          to_jsonb(b) - 'id' - 'created_at' - 'person_id' - 'deal_id' - 'closed_deal_id' - 'changed_by'
            || jsonb_build_object('person', p.email, 'deal', d.ordinal, 'closed_deal', o.ordinal)
          order by p.email, b.first_uid
        )
        from public.bookings as b
        join public.people as p on p.id = b.person_id
        left join public.deals as d on d.id = b.deal_id
        left join public.deals as o on o.id = b.closed_deal_id
      )
    ) as snapshot`;
  return JSON.stringify(row!.snapshot, null, 1);
}

/** The mails that are owed: to whom, which kind, for which uid. */
export async function mails(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ mail: string }[]>`
    select concat_ws(' ', e.to_address, e.kind, e.calcom_uid, e.seat_id) as mail from public.emails as e order by 1`;
  return rows.map((row) => row.mail);
}
