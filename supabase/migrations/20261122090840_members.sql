-- Members: who may look at the board, and at what.
--
-- Who signs in is `authenticated`; what that is worth is decided by a row of members. A viewer reads the CRM, sales
-- edit it by hand, an operator reads the log and the outbox too and calls the operations. A stranger who signs in is
-- nobody.

create table public.members (
  user_id uuid not null,
  email text not null,
  name text,
  role text not null default 'viewer',
  invited_at timestamptz not null default now(),
  constraint members_pkey primary key (user_id),
  constraint members_email_key unique (email),
  constraint members_email_is_lower_case check (email = lower(email)),
  constraint "role must be viewer, sales or operator" check (role in ('viewer', 'sales', 'operator'))
);
comment on table public.members is 'One row per person who may use the board.';
comment on column public.members.user_id is 'Who it is in Supabase Auth: the subject of the token.';
comment on column public.members.email is 'The address that was invited. What counts is user_id.';
comment on column public.members.role is
  'viewer reads the CRM. sales edits it by hand as well. operator also reads log and outbox, and calls the operations.';
alter table public.members enable row level security;

-- Rule: who is deleted in Auth is no member any more. A plain Postgres has no Auth.
do $$
begin
  if to_regclass('auth.users') is not null then
    alter table public.members
      add constraint members_user_id_fkey foreign key (user_id) references auth.users (id) on delete cascade;
  end if;
exception
  when insufficient_privilege or datatype_mismatch or invalid_foreign_key then
    raise notice 'No foreign key from members to auth.users (%): delete members by hand', sqlerrm;
end;
$$;

-- Rule: the table counts, not a claim of the token: who is put out is out at once.
create function crm.current_member()
returns public.members
language plpgsql
stable
security definer -- members decides who may read members
set search_path = ''
as $$
declare
  v_subject text := nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub';
  v_member public.members;
begin
  if v_subject ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select m.* into v_member from public.members as m where m.user_id = v_subject::uuid;
  end if;
  return v_member;
end;
$$;
comment on function crm.current_member() is 'The member who is signed in; nobody for a stranger.';

create function crm.member_role()
returns text
language plpgsql
stable
security definer -- see current_member
set search_path = ''
as $$
begin
  return (crm.current_member()).role;
end;
$$;
comment on function crm.member_role() is
  'The role of who is signed in: viewer, sales or operator; null for a stranger.';

create function public.board_me() returns jsonb
language sql stable
set search_path = ''
return (
  select jsonb_build_object('user_id', m.user_id, 'email', m.email, 'name', m.name, 'role', m.role)
  from crm.current_member() as m
  where m.user_id is not null
);
comment on function public.board_me() is 'Who is signed in, and in which role; null for a stranger.';

-------------------------------------------------------------------------------------------------------------- policies

-- Rule: one permissive policy per table and command. The role is asked for once per statement, not once per row.
do $$
declare
  v_table text;
begin
  foreach v_table in array array[
    'members', 'companies', 'people', 'bookings', 'deals', 'event_effects', 'hand_edits', 'senders'
  ] loop
    execute format(
      'create policy "members read" on public.%I for select to authenticated
         using ((select crm.member_role()) is not null)',
      v_table
    );
  end loop;
  foreach v_table in array array[
    'calcom_events', 'emails', 'email_attempts', 'email_deliveries', 'reconciliations', 'settings',
    'personal_email_domains'
  ] loop
    execute format(
      $sql$create policy "operators read" on public.%I for select to authenticated
             using ((select crm.member_role()) = 'operator')$sql$,
      v_table
    );
  end loop;
  foreach v_table in array array['companies', 'people', 'bookings', 'deals'] loop
    execute format(
      $sql$
        create policy "sales enter" on public.%1$I for insert to authenticated
          with check ((select crm.member_role()) in ('sales', 'operator'));
        create policy "sales edit" on public.%1$I for update to authenticated
          using ((select crm.member_role()) in ('sales', 'operator'))
          with check ((select crm.member_role()) in ('sales', 'operator'));
        create policy "sales delete" on public.%1$I for delete to authenticated
          using ((select crm.member_role()) in ('sales', 'operator'))
      $sql$,
      v_table
    );
  end loop;
end;
$$;
