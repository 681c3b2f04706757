-- What the tests of the board share: members of each role, and what one of them may do.
-- This file commits; all the others roll back.
begin;
set local client_min_messages = warning;

create function tests.add_members()
returns void
language sql
volatile
set search_path = ''
as $$
  delete from public.members;
  insert into public.members (user_id, email, name, role)
  values
    ('00000000-0000-0000-0000-00000000000a', 'vera@team.test', 'Vera', 'viewer'),
    ('00000000-0000-0000-0000-00000000000b', 'sally@team.test', 'Sally', 'sales'),
    ('00000000-0000-0000-0000-00000000000c', 'otto@team.test', 'Otto', 'operator');
$$;
comment on function tests.add_members() is 'Makes three members, one of each role: Vera, Sally and Otto.';

create function tests.sign_in(p_who text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform set_config('request.jwt.claims', coalesce(
    (
      select jsonb_build_object('sub', m.user_id, 'email', m.email, 'role', 'authenticated')::text
      from public.members as m where m.role = p_who
    ),
    case when p_who = 'stranger'
      then '{"sub": "00000000-0000-0000-0000-00000000000d", "email": "eve@evil.test", "role": "authenticated"}'
    end
  ), true);
end;
$$;
comment on function tests.sign_in(text) is
  'Signs somebody in: a role of members, stranger, or anon for nobody.';

-- The role of the database is what PostgREST would take.
create function tests.try_as(p_who text, p_sql text)
returns text
language plpgsql
volatile
as $$
declare
  v_text text;
begin
  perform tests.sign_in(p_who);
  perform set_config('role', case when p_who in ('anon', 'service_role') then p_who else 'authenticated' end, true);
  begin
    execute p_sql into v_text;
  exception
    when others then
      v_text := sqlstate || ' ' || sqlerrm;
  end;
  perform set_config('role', 'none', true);
  perform set_config('request.jwt.claims', '', true);
  return v_text;
end;
$$;
comment on function tests.try_as(text, text) is
  'The one value that a statement gives to somebody, or the error; see sign_in.';

select plan(1);
select has_function('tests', 'try_as', 'the helpers are there for the files that follow');
select * from finish();
commit;
