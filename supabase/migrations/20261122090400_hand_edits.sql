-- Hand edits: what somebody does by hand is repeated in its place by a replay.
--
-- How an edit gets into the log is told by a later chapter (record hand edits). The columns that a team adds are theirs
-- and are not looked at.

------------------------------------------------------------------------------------------------- what follows from it

-- Rule: what only the engine knows about a row follows from what the person has said.
create function crm.prepare_company(p_old public.companies, p_new public.companies)
returns public.companies
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_new.domain <> p_old.domain and p_new.name = p_old.domain then
    p_new.name := p_new.domain;
  end if;
  return p_new;
end;
$$;
comment on function crm.prepare_company(public.companies, public.companies) is
  'A company as somebody has changed it; while it has no other name, its domain is its name.';

create function crm.prepare_person(p_old public.people, p_new public.people)
returns public.people
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_new.company_id is distinct from p_old.company_id then
    p_new.is_company_chosen := true;
  end if;
  return p_new;
end;
$$;
comment on function crm.prepare_person(public.people, public.people) is
  'A person as somebody has changed it, with what follows from that.';

create function crm.prepare_deal(p_old public.deals, p_new public.deals)
returns public.deals
language plpgsql
immutable
set search_path = ''
as $$
begin
  if p_new.status is distinct from p_old.status then
    p_new.is_closed_by_hand := p_new.status = 'cancelled';
  end if;
  return p_new;
end;
$$;
comment on function crm.prepare_deal(public.deals, public.deals) is
  'A deal as somebody has changed it, with what follows from that.';

-- Rule: who attended was no no-show, so the mark that somebody changes changes the other one. Who takes back that a
--       meeting was attended leaves it as if nobody had said anything yet; who marks a no-show again that somebody has
--       corrected leaves it as if nobody had corrected it. To set both marks at once is refused by a constraint, rather
--       than guessed at.
-- Rule: a deal that was moved to met by hand, as the meeting was, is the one that a no-show takes back.
create function crm.prepare_marks(p_old public.bookings, p_new public.bookings)
returns public.bookings
language plpgsql
stable
set search_path = ''
as $$
declare
  v_was_attended constant boolean := coalesce(p_old.attended, false);
  v_is_mark_changed constant boolean := p_new.is_no_show is distinct from coalesce(p_old.is_no_show, false);
begin
  if p_new.attended and not v_was_attended then
    p_new.attended_by_hand := coalesce(
      p_new.attended_by_hand, case when p_old.is_no_show then 'corrected' else 'marked' end
    );
    p_new.is_no_show := p_new.is_no_show and v_is_mark_changed;
  elsif p_new.is_no_show and v_is_mark_changed then
    p_new.attended := false;
    p_new.attended_by_hand := nullif(p_new.attended_by_hand, 'corrected');
    if v_was_attended and p_new.met_deal_id is null then
      p_new.met_deal_id := (select d.id from public.deals as d where d.id = p_new.deal_id and d.stage = 'met');
    end if;
  elsif v_was_attended and not p_new.attended then
    p_new.has_ended := false;
    p_new.attended_by_hand := null;
  end if;
  return p_new;
end;
$$;
comment on function crm.prepare_marks(public.bookings, public.bookings) is
  'A booking of which somebody has said whether the person came, with what follows from that.';

-- Rule: a no-show that is marked by hand, or taken back, does what Cal.com's mark does: without it, a meeting that has
--       ended was attended, and the deal follows. Everything else that is done by hand to a booking leaves the deal as
--       it is.
-- Race: that it was attended is written when the edit is recorded already: the person has not said so, and where an
--       edit is repeated the meeting may not have ended yet.
create function crm.follow_no_show(p_old public.bookings, p_new public.bookings)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_is_attended constant boolean := crm.is_attended(p_new);
begin
  if p_new.is_no_show = p_old.is_no_show then
    return;
  end if;
  update public.bookings as b set attended = v_is_attended where b.id = p_new.id and b.attended <> v_is_attended;
  perform crm.move_met_deal(p_new.met_deal_id, p_old.attended, v_is_attended);
end;
$$;
comment on function crm.follow_no_show(public.bookings, public.bookings) is
  'Sees to what follows when somebody has marked a meeting as a no-show, or no longer.';

-- Rule: a booking entered by hand is known by its uid and the person's address, so its events find it.
create function crm.prepare_booking(p_old public.bookings, p_new public.bookings)
returns public.bookings
language plpgsql
stable
set search_path = ''
as $$
begin
  if p_old.id is null then
    p_new.attendee_email := (select p.email from public.people as p where p.id = p_new.person_id);
    p_new.original_key := p_new.calcom_uid;
    p_new.stream_key := crm.stream_key(p_new.attendee_email);
  end if;
  if p_new.calcom_uid is distinct from p_old.calcom_uid and p_old.id is not null then
    p_new.previous_uids := p_new.previous_uids || p_old.calcom_uid;
  end if;
  if p_new.status is distinct from p_old.status then
    p_new.is_cancelled_by_hand := p_new.status = 'CANCELLED';
  end if;
  return crm.prepare_marks(p_old, p_new);
end;
$$;
comment on function crm.prepare_booking(public.bookings, public.bookings) is
  'A booking as somebody has changed it, with what follows from that.';

create function crm.remember_deleted_booking(p_booking public.bookings)
returns void
language plpgsql
set search_path = ''
as $$
begin
  insert into crm.deleted_bookings (booking_id, stream_key, attendee_email, uids, seat_id)
  values (
    p_booking.id, p_booking.stream_key, p_booking.attendee_email, p_booking.previous_uids || p_booking.calcom_uid,
    p_booking.seat_id
  )
  on conflict on constraint deleted_bookings_pkey do update set uids = excluded.uids;
end;
$$;
comment on function crm.remember_deleted_booking(public.bookings) is
  'Keeps the uids of a booking that somebody deletes, so that no event brings it back.';

---------------------------------------------------------------------------------------------------------------- repeat

-- The record of new values is read by a query, not by an assignment: that keeps what it knows of the row type, which a
-- team changes when it adds a column.

-- Rule: a replay repeats an edit in its place. What cannot be repeated, because the rows are others by now, is skipped
--       and says why; the events go on.
create function crm.repeat_hand_edit(p_edit public.hand_edits)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_reason text;
begin
  perform set_config('crm.step', p_edit.stream_key || E'\n' || p_edit.position::text, true);
  begin
    case p_edit.table_name
      when 'companies' then perform crm.repeat_company_edit(p_edit);
      when 'people' then perform crm.repeat_person_edit(p_edit);
      when 'deals' then perform crm.repeat_deal_edit(p_edit);
      when 'bookings' then perform crm.repeat_booking_edit(p_edit);
    end case;
  exception
    when integrity_constraint_violation then
      v_reason := format('It does not fit the rows any more: %s.', sqlerrm);
  end;
  perform set_config('crm.step', '', true);
  update public.hand_edits as h set skipped_reason = v_reason
  where h.id = p_edit.id and h.skipped_reason is distinct from v_reason;
end;
$$;
comment on function crm.repeat_hand_edit(public.hand_edits) is 'Does during a replay what somebody did by hand.';

-- Rule: who was deleted and booked again has a row that the replay has yet to come to. Until then nothing is known.
create function crm.unmake_company(p_company_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from public.people as p where p.company_id = p_company_id)
    or exists (select from public.deals as d where d.company_id = p_company_id and d.made_at is not null)
  then
    raise exception using errcode = '23503', message = 'people or deals belong to this company';
  end if;
  update public.companies as c set name = c.id::text, domain = c.id::text, form_name = null, made_at = null
  where c.id = p_company_id;
end;
$$;
comment on function crm.unmake_company(uuid) is
  'Makes a company be as if nothing were known of it. Raises: when something is.';

create function crm.unmake_person(p_person_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if exists (select from public.bookings as b where b.person_id = p_person_id and b.made_at is not null) then
    raise exception using errcode = '23503', message = 'this person has bookings';
  end if;
  update public.people as p
  set email = p.id::text, name = null, company_id = null, is_company_chosen = false, made_at = null
  where p.id = p_person_id;
end;
$$;
comment on function crm.unmake_person(uuid) is
  'Makes a person be as if nothing were known of them. Raises: when something is.';

-- Rule: an older event may have made a company or a person known under what somebody then gave to another row, which
--       nobody could have done had it been there. The other row is what was meant: both are one. It is not there beside
--       an active deal of that row.
create function crm.join_company(p_domain text, p_into_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid := (select c.id from public.companies as c where c.domain = p_domain and c.id <> p_into_id);
begin
  if v_id is not null then
    update public.people as p set company_id = p_into_id where p.company_id = v_id;
    update public.deals as d
    set company_id = p_into_id,
      status = case when crm.find_active_deal(p_into_id) is null then d.status else 'cancelled' end
    where d.company_id = v_id;
    delete from public.companies as c where c.id = v_id;
  end if;
end;
$$;
comment on function crm.join_company(text, uuid) is
  'Has what belongs to the company of a domain belong to another row.';

create function crm.join_person(p_email text, p_into_id uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_id uuid := (select p.id from public.people as p where p.email = p_email and p.id <> p_into_id);
begin
  if v_id is not null then
    update public.bookings as b set person_id = p_into_id where b.person_id = v_id;
    delete from public.people as p where p.id = v_id;
  end if;
end;
$$;
comment on function crm.join_person(text, uuid) is
  'Has the bookings of the person of an address belong to another row.';

create function crm.repeat_company_edit(p_edit public.hand_edits)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_new public.companies;
begin
  select r.* into v_new from jsonb_populate_record(null::public.companies, p_edit.new_values) as r;
  case p_edit.operation
    when 'insert' then
      insert into public.companies as c (id, name, domain, made_at)
      values (p_edit.row_id, v_new.name, v_new.domain, p_edit.position)
      on conflict on constraint companies_pkey do update set
        name = excluded.name, domain = case when c.made_at is null then excluded.domain else c.domain end,
        made_at = coalesce(c.made_at, excluded.made_at);
    when 'update' then
      perform crm.join_company(v_new.domain, p_edit.row_id);
      update public.companies as c
      set name = coalesce(v_new.name, c.name), domain = coalesce(v_new.domain, c.domain)
      where c.id = p_edit.row_id;
    when 'delete' then
      begin
        delete from public.companies as c where c.id = p_edit.row_id;
      exception
        when foreign_key_violation then perform crm.unmake_company(p_edit.row_id);
      end;
  end case;
end;
$$;
comment on function crm.repeat_company_edit(public.hand_edits) is 'Repeats what somebody did to a company.';

create function crm.repeat_person_edit(p_edit public.hand_edits)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_old public.people;
  v_new public.people;
begin
  if p_edit.operation = 'delete' then
    begin
      delete from public.people as p where p.id = p_edit.row_id;
    exception
      when foreign_key_violation then perform crm.unmake_person(p_edit.row_id);
    end;
    return;
  end if;

  select p.* into v_old from public.people as p where p.id = p_edit.row_id;
  select r.* into v_new
  from jsonb_populate_record(
    v_old,
    -- A person whom an event had made known before is entered over that: what was left out stays.
    case when p_edit.operation = 'insert' then jsonb_strip_nulls(p_edit.new_values) else p_edit.new_values end
  ) as r;
  v_new := crm.prepare_person(v_old, v_new);
  if p_edit.operation = 'update' and v_new.email <> v_old.email then
    perform crm.join_person(v_new.email, v_old.id);
  end if;
  if v_old.id is null and p_edit.operation = 'insert' then
    insert into public.people (id, email, name, company_id, is_company_chosen, made_at)
    values (
      p_edit.row_id, v_new.email, v_new.name, v_new.company_id, coalesce(v_new.is_company_chosen, false),
      p_edit.position
    );
  else
    update public.people as p
    set email = v_new.email, name = v_new.name, company_id = v_new.company_id,
      is_company_chosen = v_new.is_company_chosen,
      made_at = case when p_edit.operation = 'insert' then coalesce(p.made_at, p_edit.position) else p.made_at end
    where p.id = v_old.id;
  end if;
end;
$$;
comment on function crm.repeat_person_edit(public.hand_edits) is 'Repeats what somebody did to a person.';

create function crm.detach_deal(p_deal_id uuid, p_stream_key text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  update public.bookings as b
  set deal_id = nullif(b.deal_id, p_deal_id), met_deal_id = nullif(b.met_deal_id, p_deal_id),
    cancelled_deal_id = nullif(b.cancelled_deal_id, p_deal_id)
  where b.stream_key = p_stream_key and p_deal_id in (b.deal_id, b.met_deal_id, b.cancelled_deal_id);
end;
$$;
comment on function crm.detach_deal(uuid, text) is
  'Has no booking of a stream belong to a deal that is deleted, nor meet or cancel it.';

-- Rule: an older event may have opened the deal that somebody then entered by hand, or have made another deal be the
--       one that was meant. What somebody did counts for the deal that is there in its place.
create function crm.repeat_deal_edit(p_edit public.hand_edits)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_old public.deals;
  v_new public.deals;
begin
  select d.* into v_old from public.deals as d where d.id = p_edit.row_id;
  if v_old.made_at is null and num_nonnulls(v_old.opened_by_event_id, p_edit.row_key) > 0 then
    select d.* into v_old
    from public.deals as d
    where d.id = (
      select f.deal_id
      from public.event_effects as f
      where f.event_id in (v_old.opened_by_event_id, p_edit.row_key::uuid) and f.deal_id is not null
      order by f.event_id = v_old.opened_by_event_id desc nulls last -- its row may be gone by now
      limit 1
    );
  end if;
  if p_edit.operation = 'delete' then
    perform crm.detach_deal(v_old.id, p_edit.stream_key);
    delete from public.deals as d where d.id = v_old.id;
    update public.event_effects as f set deal_id = p_edit.row_id
    where f.deal_id = v_old.id and v_old.id <> p_edit.row_id; -- new each time: the one that somebody deleted is told of
    return;
  elsif p_edit.operation = 'insert' and v_old.id is null then
    insert into public.deals (id, company_id, status)
    values (p_edit.row_id, (p_edit.new_values ->> 'company_id')::uuid, 'cancelled')
    returning * into v_old;
  elsif v_old.made_at is null and p_edit.operation = 'update' then
    return;
  end if;

  select r.* into v_new from jsonb_populate_record(v_old, p_edit.new_values) as r;
  v_new := crm.prepare_deal(case when p_edit.operation = 'update' then v_old end, v_new);
  if v_new.status = 'active' and v_old.status = 'cancelled' then
    perform crm.make_room_for_deal(v_new);
  end if;
  update public.deals as d
  set company_id = v_new.company_id, status = v_new.status, is_closed_by_hand = v_new.is_closed_by_hand,
    stage = case when p_edit.operation = 'insert' and d.stage = 'met' then d.stage else v_new.stage end,
    made_at = coalesce(d.made_at, p_edit.position)
  where d.id = v_new.id;
end;
$$;
comment on function crm.repeat_deal_edit(public.hand_edits) is 'Repeats what somebody did to a deal.';

-- Rule: a deal that is new, because an event came late, is the one that somebody entered by hand meanwhile. One that
--       others may refer to is closed instead: a company has one active deal.
create function crm.make_room_for_deal(p_deal public.deals)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_active public.deals;
begin
  select d.* into v_active
  from public.deals as d
  where d.company_id = p_deal.company_id and d.status = 'active' and d.id <> p_deal.id;
  if v_active.is_new then
    perform crm.replace_deal(v_active, p_deal.id, p_deal.opened_by_event_id);
    update public.event_effects as f
    set deal_change = 'kept', reason = 'Booked; it counts for the deal that somebody entered by hand.'
    where f.event_id = v_active.opened_by_event_id and f.deal_change = 'opened';
  else
    update public.deals as d set status = 'cancelled' where d.id = v_active.id;
  end if;
end;
$$;
comment on function crm.make_room_for_deal(public.deals) is
  'Sees to it that a deal can be active that somebody has entered or reopened.';

create function crm.repeat_booking_edit(p_edit public.hand_edits)
returns void
language plpgsql
set search_path = ''
as $$
declare
  v_values jsonb := p_edit.new_values;
  v_old public.bookings;
  v_new public.bookings;
begin
  select b.* into v_old from public.bookings as b where b.id = p_edit.row_id;
  if v_old.made_at is null and p_edit.operation <> 'insert' then
    return;
  elsif p_edit.operation = 'delete' then
    perform crm.remember_deleted_booking(v_old);
    delete from public.bookings as b where b.id = v_old.id;
    return;
  end if;

  if v_values ? 'deal_id' and not exists (
    select from public.deals as d where d.id = (v_values ->> 'deal_id')::uuid
  ) then
    v_values := v_values || '{"deal_id": null}';
  end if;
  if p_edit.operation = 'insert' and v_old.id is null then
    select r.* into v_new from jsonb_populate_record(null::public.bookings, v_values) as r;
    v_new := crm.prepare_booking(null, v_new);
    insert into public.bookings (id, calcom_uid, original_key, stream_key, attendee_email, person_id)
    values (
      p_edit.row_id, v_new.calcom_uid, v_new.original_key, v_new.stream_key, v_new.attendee_email, v_new.person_id
    )
    returning * into v_old;
  elsif p_edit.operation = 'insert' and v_old.made_at is not null then
    -- An event has made it known before: what was left out, or is as it always is, stays.
    v_values := jsonb_strip_nulls(v_values) - 'calcom_uid'
      - case when v_values ->> 'status' = 'ACCEPTED' then 'status' else '' end
      - case when v_values ->> 'attended' = 'false' then 'attended' else '' end
      - case when v_values ->> 'is_no_show' = 'false' then 'is_no_show' else '' end;
  elsif p_edit.operation = 'insert' then
    v_old.calcom_uid := v_values ->> 'calcom_uid';
    update public.bookings as b set original_key = v_old.calcom_uid where b.id = v_old.id;
  end if;

  select r.* into v_new from jsonb_populate_record(v_old, v_values) as r;
  v_new := crm.prepare_booking(v_old, v_new);
  update public.bookings as b
  set (calcom_uid, previous_uids, person_id, deal_id, title, start_time, end_time, status, organizer_email) = (
      v_new.calcom_uid, v_new.previous_uids, v_new.person_id, v_new.deal_id, v_new.title, v_new.start_time,
      v_new.end_time, v_new.status, v_new.organizer_email
    ),
    attended = v_new.attended, has_ended = v_new.has_ended, attended_by_hand = v_new.attended_by_hand,
    is_no_show = v_new.is_no_show, met_deal_id = v_new.met_deal_id, is_cancelled_by_hand = v_new.is_cancelled_by_hand,
    made_at = coalesce(b.made_at, p_edit.position)
  where b.id = v_old.id;
  if p_edit.operation = 'update' then
    perform crm.follow_no_show(v_old, v_new);
  end if;
end;
$$;
comment on function crm.repeat_booking_edit(public.hand_edits) is 'Repeats what somebody did to a booking.';
