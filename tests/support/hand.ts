import { assert } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Sql } from "npm:postgres@3.4.9";
import { handle } from "./snapshot.ts";

/** Something that a person changes by hand, and what it is known by in every order of arrival. */
export interface HandEdit {
  kind: "hand";
  /** The moment, in the time of the history. */
  at: string;
  act: HandAct;
  /** Of the row, if one is entered. */
  id: string;
  company?: string;
  person?: string;
  uid?: string;
  value?: string;
}

export type HandAct = keyof typeof ACTS;

/** A hand edit that was done, and to which row. */
export interface DoneEdit {
  edit: HandEdit;
  table: Table;
  id: string;
  /** What the row was known by. */
  key: string;
}

type Table = keyof typeof KEYS;
type Rows = PromiseLike<{ id: string }[]>;

interface Act {
  table: Table;
  /** Finds the row that the edit is about, if it is there. */
  find: (sql: Sql, edit: HandEdit) => Rows;
  /** Returns the row that is changed, nothing when it would change nothing. */
  change: (sql: Sql, id: string, edit: HandEdit) => Rows;
}

/** What a row is known by, whatever its id: a deal by what opened it, or by its id when it was entered. */
const KEYS = {
  companies: "select t.domain from public.companies as t",
  people: "select t.email from public.people as t",
  bookings: "select concat_ws(' ', t.attendee_email, t.original_key) from public.bookings as t",
  deals: `
    select coalesce(e.position::text, t.id::text)
    from public.deals as t
    left join public.calcom_events as e on e.id = t.opened_by_event_id`,
};

export function isHandEdit(one: unknown): one is HandEdit {
  return (one as Partial<HandEdit> | null)?.kind === "hand";
}

const company: Act["find"] = (sql, { company }) =>
  sql`select c.id from public.companies as c where c.domain = ${company!}`;

const person: Act["find"] = (sql, { person }) =>
  sql`select p.id from public.people as p where p.email = ${person!}`;

const booking: Act["find"] = (sql, { person, uid }) =>
  sql`
    select b.id
    from public.bookings as b
    where b.attendee_email = ${person!} and ${uid!} = any (b.previous_uids || b.calcom_uid)
    order by b.calcom_uid = ${uid!} desc, b.original_key
    limit 1`;

/** The newest deal of a company, or the newest of those with a status. */
const deal = (status: string | null): Act["find"] => (sql, { company }) =>
  sql`
    select d.id
    from public.deals as d
    join public.companies as c on c.id = d.company_id
    where c.domain = ${company!} and d.status = coalesce(${status}, d.status)
    order by d.made_at desc nulls last
    limit 1`;

/** For a row that is not there yet. */
const nothing: Act["find"] = (_, { id }) => Promise.resolve([{ id }]);

const ACTS = {
  closeDeal: {
    table: "deals",
    find: deal("active"),
    change: (sql, id) =>
      sql`update public.deals set status = 'cancelled' where id = ${id} returning id`,
  },
  reopenDeal: {
    table: "deals",
    find: deal("cancelled"),
    change: (sql, id) =>
      sql`update public.deals set status = 'active' where id = ${id} returning id`,
  },
  meetDeal: {
    table: "deals",
    find: deal("active"),
    change: (sql, id) =>
      sql`update public.deals set stage = 'met' where id = ${id} and stage <> 'met' returning id`,
  },
  deleteDeal: {
    table: "deals",
    find: deal(null),
    change: (sql, id) => sql`delete from public.deals where id = ${id} returning id`,
  },
  enterDeal: {
    table: "deals",
    find: company,
    change: (sql, id, edit) =>
      sql`insert into public.deals (id, company_id) values (${edit.id}, ${id}) returning id`,
  },
  enterClosedDeal: {
    table: "deals",
    find: company,
    change: (sql, id, edit) =>
      sql`
        insert into public.deals (id, company_id, status, stage)
        values (${edit.id}, ${id}, 'cancelled', 'met')
        returning id`,
  },
  cancelBooking: {
    table: "bookings",
    find: booking,
    change: (sql, id) =>
      sql`
        update public.bookings set status = 'CANCELLED'
        where id = ${id} and status <> 'CANCELLED'
        returning id`,
  },
  attendBooking: {
    table: "bookings",
    find: booking,
    change: (sql, id) =>
      sql`update public.bookings set attended = true where id = ${id} and not attended returning id`,
  },
  unattendBooking: {
    table: "bookings",
    find: booking,
    change: (sql, id) =>
      sql`update public.bookings set attended = false where id = ${id} and attended returning id`,
  },
  missBooking: {
    table: "bookings",
    find: booking,
    change: (sql, id) =>
      sql`
        update public.bookings set is_no_show = true
        where id = ${id} and not is_no_show
        returning id`,
  },
  unmissBooking: {
    table: "bookings",
    find: booking,
    change: (sql, id) =>
      sql`
        update public.bookings set is_no_show = false
        where id = ${id} and is_no_show
        returning id`,
  },
  retitleBooking: {
    table: "bookings",
    find: booking,
    change: (sql, id, { value }) =>
      sql`update public.bookings set title = ${value!} where id = ${id} returning id`,
  },
  deleteBooking: {
    table: "bookings",
    find: booking,
    change: (sql, id) => sql`delete from public.bookings where id = ${id} returning id`,
  },
  enterBooking: {
    table: "bookings",
    find: person,
    change: (sql, id, edit) =>
      sql`
        insert into public.bookings (id, calcom_uid, person_id, title, start_time, end_time)
        values (
          ${edit.id}, ${edit.uid!}, ${id}, ${edit.value!},
          ${edit.at}::timestamptz + interval '1 day', ${edit.at}::timestamptz + interval '25 hours'
        )
        returning id`,
  },
  renamePerson: {
    table: "people",
    find: person,
    change: (sql, id, { value }) =>
      sql`update public.people set name = ${value!} where id = ${id} returning id`,
  },
  linkPerson: {
    table: "people",
    find: person,
    change: async (sql, id, edit) => {
      const [to] = await company(sql, edit);
      return to === undefined ? [] : await sql`
        update public.people set company_id = ${to.id}
        where id = ${id} and company_id is distinct from ${to.id}
        returning id`;
    },
  },
  unlinkPerson: {
    table: "people",
    find: person,
    change: (sql, id) =>
      sql`
        update public.people set company_id = null
        where id = ${id} and company_id is not null
        returning id`,
  },
  enterPerson: {
    table: "people",
    find: nothing,
    change: (sql, _, { id, person, value }) =>
      sql`
        insert into public.people (id, email, name) values (${id}, ${person!}, ${value!})
        returning id`,
  },
  enterLinkedPerson: {
    table: "people",
    find: company,
    change: (sql, company, { id, person, value }) =>
      sql`
        insert into public.people (id, email, name, company_id)
        values (${id}, ${person!}, ${value!}, ${company})
        returning id`,
  },
  renameCompany: {
    table: "companies",
    find: company,
    change: (sql, id, { value }) =>
      sql`update public.companies set name = ${value!} where id = ${id} returning id`,
  },
  enterCompany: {
    table: "companies",
    find: nothing,
    change: (sql, _, { id, company, value }) =>
      sql`
        insert into public.companies (id, domain, name) values (${id}, ${company!}, ${value!})
        returning id`,
  },
} satisfies Record<string, Act>;

/** Adds a column of the team's own, which every row that a hand edit touches gets filled. */
export async function addNotes(sql: Sql): Promise<void> {
  for (const table of ["companies", "people", "deals", "bookings"]) {
    await sql.unsafe(`alter table public.${table} add column note text`);
  }
}

/**
 * Does a hand edit, at the moment that it is.
 *
 * @returns what was done; null when there is no such row, it would change nothing, or a constraint
 * refuses it
 */
export async function editByHand(sql: Sql, edit: HandEdit): Promise<DoneEdit | null> {
  const { table, find, change }: Act = ACTS[edit.act];
  const [target] = await find(sql, edit);
  if (target === undefined) return null;

  const key = await keyOf(sql, table, target.id) ?? edit.id;
  const [row] = await unlessRefused(change(sql, target.id, edit));
  if (row === undefined) return null;
  await sql.unsafe(`update public.${table} set note = $1 where id = $2`, [edit.act, row.id]);
  return { edit, table, id: row.id, key };
}

async function unlessRefused(rows: Rows): Promise<{ id: string }[]> {
  try {
    return await rows;
  } catch (error) {
    const { code = "" } = error as { code?: string };
    if (/^(23|KC)/.test(code)) return []; // a constraint, or a rule of ours
    throw error;
  }
}

/** The same within a transaction, which goes on when the edit is refused. */
export async function editWithin(t: Sql, edit: HandEdit): Promise<DoneEdit | null> {
  await t`savepoint edit`;
  const done = await editByHand(t, edit);
  if (done === null) await t`rollback to savepoint edit`;
  else {
    const recorded = await t`
      select from public.hand_edits as h
      where h.row_id = ${done.id} and h.old_values is distinct from h.new_values`;
    assert(recorded.length > 0, `${edit.act} was not recorded`);
  }
  return done;
}

/**
 * Does a hand edit and moves it to its moment in the time of the history. Nobody edits a row before
 * it is made.
 */
async function editInTime(t: Sql, edit: HandEdit): Promise<DoneEdit | null> {
  const { table, find }: Act = ACTS[edit.act];
  const [target] = await find(t, edit);
  const [tooEarly] = await t.unsafe(
    `select from public.${table} as t where t.id = $1 and (t.made_at).happened_at > $2`,
    [target?.id ?? null, edit.at],
  );
  if (tooEarly !== undefined) return null;

  const [last] = await t`select coalesce(max(h.number), 0) as number from public.hand_edits as h`;
  const before = last!.number;
  const done = await editWithin(t, edit);
  if (done === null) return null;

  await t`select set_config('crm.engine', 'on', true)`;
  await t`
    update public.hand_edits as h
    set position = row(${edit.at}::timestamptz, 99, h.number)::crm.position
    where h.number > ${before}`;
  for (const table of Object.keys(KEYS)) {
    await t.unsafe(`
      update public.${table} as t set made_at = h.position
      from public.hand_edits as h
      where h.number > ${before} and h.row_id = t.id and h.operation = 'insert'`);
  }
  const streams = await t<{ stream_key: string; is_late: boolean }[]>`
    select h.stream_key,
      not crm.is_newest(h.stream_key, (array_agg(h.position order by h.position desc))[1]) as is_late
    from public.hand_edits as h
    where h.number > ${before} and h.stream_key is not null
    group by 1`;
  for (const { stream_key, is_late } of streams) {
    if (is_late) await t`select crm.rebuild_streams(array[${stream_key}])`;
  }
  await t`select set_config('crm.engine', '', true)`;
  return done;
}

/** Lets a history happen one after the other in a transaction, each hand edit at its moment. */
export async function happen(t: Sql, happenings: readonly unknown[]): Promise<DoneEdit[]> {
  const edits: DoneEdit[] = [];
  for (const one of happenings) {
    if (!isHandEdit(one)) await handle(t, [one]);
    else {
      const done = await editInTime(t, one);
      if (done !== null) edits.push(done);
    }
  }
  return edits;
}

/** What was done, in words that are the same whatever the ids: a row is known by what it is in the end. */
export async function tellEdits(sql: Sql, done: DoneEdit[]): Promise<string[]> {
  const told: string[] = [];
  for (const { edit, table, id, key } of done) {
    told.push(`${edit.id} ${edit.act} ${await keyOf(sql, table, id) ?? key}`);
  }
  return told;
}

async function keyOf(sql: Sql, table: Table, id: string): Promise<string | undefined> {
  const [row] = await sql.unsafe(`${KEYS[table]} where t.id = $1`, [id]).values();
  return row?.[0];
}
