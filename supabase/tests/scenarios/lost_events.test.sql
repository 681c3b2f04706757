-- Rule: what is lost on the way leaves no error, keeps nothing waiting that has its booking, and no two active deals.
begin;
select plan(4 * 12 + 12);

select tests.check_scenario(s.sentence, s.steps, s.bookings, s.deals, s.mails, s.answer)
from (values
  (
    'a cancellation whose move was lost is found by the calendar',
    'book a {"iCalUID": "a@Cal.com"}; cancel b {"iCalUID": "a@Cal.com"}',
    'a CANCELLED deal 1', 'cancelled booked', 'confirmation a, cancellation a',
    'applied cancelled: Cancelled, and with it the deal of lovelace.test.'
  ),
  (
    'a cancellation whose move comes late is what it would have been',
    'book a {"iCalUID": "a@Cal.com"}; move a>b {"iCalUID": "a@Cal.com"}; cancel b {"iCalUID": "a@Cal.com"}',
    'b CANCELLED deal 1', 'cancelled booked', 'confirmation a, reschedule b, cancellation b', null
  ),
  (
    'a calendar cancels no booking of another person',
    'book a {"iCalUID": "entry@google.test"}; cancel b by grace {"iCalUID": "entry@google.test"}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'a calendar cancels no occurrence of a series',
    'book a {"iCalUID": "entry@google.test"};
     cancel b {"iCalUID": "entry@google.test", "recurringEvent": {"freq": 2, "count": 3, "interval": 1}}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'a calendar cancels no seat',
    'book seat s1 of a {"iCalUID": "entry@google.test"}; cancel seat of b {"iCalUID": "entry@google.test"}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a',
    'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'the end of a meeting whose move was lost tells of the move',
    'book a; end b {"fromReschedule": "a"}',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a', 'applied met'
  ),
  (
    'the end of a meeting whose move comes late is what it would have been',
    'book a; move a>b; end b {"fromReschedule": "a"}',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a, reschedule b',
    'applied met: The meeting took place; the deal of lovelace.test is met.'
  ),
  (
    'the end of a meeting that the attendee was asked to move brings the deal back',
    'book a; ask a; end b {"fromReschedule": "a"}',
    'b ACCEPTED attended deal 1', 'active met', 'confirmation a, cancellation a', 'applied met'
  ),
  (
    'the end of a meeting that was moved away again means nothing',
    'book a; move a>b; move b>c; end b {"fromReschedule": "a"}',
    'c ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b, reschedule c',
    'ignored: The meeting had been moved to another time.'
  ),
  (
    'the end of a meeting that was moved from one that nobody knows waits',
    'end b {"fromReschedule": "a"}',
    'none', 'none', 'none', 'waiting: Its booking is not known yet: it counts as soon as the booking is.'
  ),
  (
    'a move within a chain whose first part was lost is the booking that follows',
    'move a>b; end c {"fromReschedule": "b"}',
    'c ACCEPTED attended deal 1', 'active met', 'reschedule b', 'applied met'
  ),
  (
    'a cancellation of a uid between, whose move was lost, cancels once the move is there',
    'book a; move a>b; move b>c; cancel b',
    'c CANCELLED deal 1', 'cancelled booked', 'confirmation a, reschedule b, reschedule c, cancellation c', null
  )
) as s (sentence, steps, bookings, deals, mails, answer);

-- Each of these histories is run without its first step, without its second and so on.
create function pg_temp.run_without(p_steps jsonb[], p_place integer)
returns text
language plpgsql
as $$
declare
  v_problem text;
begin
  perform tests.take_step(s.step)
  from unnest(p_steps) with ordinality as s (step, place)
  where s.place <> p_place
  order by s.place;
  set constraints all immediate;
  v_problem := (
    select format('without step %s: %s', p_place, string_agg(p.what, '; '))
    from (
      select concat_ws(' ', e.trigger, 'of', coalesce(e.new_uid, e.uid), e.outcome || ':', e.reason) as what
      from public.calcom_events as e
      where e.outcome = 'failed' or e.reason is null or e.outcome = 'waiting' and exists (
        select from public.bookings as b where e.uid in (b.calcom_uid, b.original_key) or e.uid = any (b.previous_uids)
      )
      union all
      select 'two active deals' from public.deals as d where d.status = 'active'
      group by d.company_id having count(*) > 1
    ) as p
    having count(*) > 0
  );
  raise exception using errcode = 'TS001', message = 'This run is over: nothing of it may stay';
exception
  when sqlstate 'TS001' then return v_problem;
  when sqlstate 'TS002' or unique_violation then return null; -- nobody can do by hand what needs the step
  when others then return format('without step %s: %s (%s)', p_place, sqlerrm, sqlstate);
end;
$$;

select tests.empty_crm();
select is(
  (
    select string_agg(pg_temp.run_without(tests.read_steps(h.steps), g.place), e'\n')
    from generate_series(1, cardinality(tests.read_steps(h.steps))) as g (place)
  ),
  null, 'any step may be lost of: ' || h.steps
)
from (values
  ('book a; move a>b; move b>c; end c {"fromReschedule": "b"}; no-show c; show c'),
  ('book a; ask a; move a>b; end b {"fromReschedule": "a"}; cancel b'),
  ('request a; confirm a; move a>b; reassign b to piet; end b {"fromReschedule": "a"}'),
  ('book a; request a>b; confirm b; request b>c; reject c; book d'),
  ('book a; request b; confirm b; request c; cancel c; book d'),
  ('request a; request a>b; cancel b; request c; confirm c; end c'),
  ('book a; book g by grace; cancel g by grace; ask a; move a>b; end b {"fromReschedule": "a"}'),
  ('book seat s1 of a; book seat s2 of a by grace; move seats of a>a at 16:00 for ada, grace;
    move seat s1 of a>b for grace, ada; cancel seat of a for grace; book seat s3 of a by grace; end a at 16:00; end b'),
  ('book seat s1 of a; cancel seat of a; book seat of a; cancel seats of a for ada; move seat s1 of a>b; end b'),
  ('book a; hand close deal 1; book b; cancel b; hand enter deal; book c; end c; cancel a'),
  ('book a; hand link ada to lovelace.test; move a>b; hand cancel booking b; move b>c; end c'),
  ('book e by eve@gmail.com; book a; hand link eve@gmail.com to lovelace.test; move e>f by eve@gmail.com;
    end f {"fromReschedule": "e"}; cancel a')
) as h (steps);

select * from finish();
rollback;
