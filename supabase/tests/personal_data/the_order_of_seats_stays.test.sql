-- Rule: which seat closes the deal does not depend on the address, so an erasure does not change it.
begin;
select plan(12);

create function tests.cancel_seats_of(p_people text[])
returns void
language plpgsql
as $$
begin
  for v_place in 1..3 loop
    perform tests.send('BOOKING_CREATED', jsonb_build_object(
      'email', p_people[v_place], 'name', initcap(split_part(p_people[v_place], '@', 1)), 'seatsPerTimeSlot', 5,
      'createdAt', format('2037-03-02T09:0%s:00Z', v_place)
    ));
  end loop;
  perform tests.send('BOOKING_CANCELLED', jsonb_build_object('seatsPerTimeSlot', 5, 'attendees', (
    select jsonb_agg(jsonb_build_object('email', p.email)) from unnest(p_people) as p (email)
  )));
end;
$$;

select x.*
from (
  values (array['ada', 'grace', 'zoe']), (array['zoe', 'grace', 'ada']), (array['grace', 'zoe', 'ada'])
) as o (names)
cross join lateral unnest(array['ada', 'grace', 'zoe', 'nobody']) as e (name)
cross join lateral (select tests.empty_crm()) as c
cross join lateral (
  select tests.cancel_seats_of(array(select n || '@lovelace.test' from unnest(o.names) as n))
) as s
cross join lateral (select tests.facts() as facts) as f
cross join lateral (select public.erase_person(e.name || '@lovelace.test')) as g
cross join lateral (
  select is(tests.changes_of_rebuild(), null, format('%s, without %s', array_to_string(o.names, ', '), e.name))
) as x;

select * from finish();
rollback;
