-- Rule: a retry, or an old body sent again: same bytes, no second effect.
begin;
select plan(3);

-- Given a booking that was made, moved and cancelled
create temporary table story as
select tests.calcom_event('BOOKING_CREATED') as event, 1 as place
union all select tests.calcom_event('BOOKING_RESCHEDULED'), 2
union all select tests.calcom_event('BOOKING_CANCELLED', '{"uid": "uid-b"}'), 3
union all select tests.meeting_ended('{"uid": "uid-b"}'), 4;
create temporary table first_answers as
select public.handle_calcom_event(s.event) as answer from (select s.event from story as s order by s.place) as s;
create temporary table before as
select tests.picture('{lovelace.test}') as picture, tests.emails_to('ada@lovelace.test') as emails;

-- When all of it comes again, the last first
create temporary table answers as
select public.handle_calcom_event(s.event) as answer from (select s.event from story as s order by s.place desc) as s;

-- Then
select is(
  array(select distinct a.answer ->> 'outcome' from answers as a), array['duplicate'], 'every answer calls it a duplicate'
);
select is(tests.picture('{lovelace.test}'), (select b.picture from before as b), 'the tables are as before');
select is(tests.emails_to('ada@lovelace.test'), (select b.emails from before as b), 'so is the outbox');

select * from finish();
rollback;
