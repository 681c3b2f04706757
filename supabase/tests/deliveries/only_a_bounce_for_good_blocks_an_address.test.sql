-- Rule: so do a complaint and Resend's own list; a full mailbox does not.
begin;
select plan(2);

select is(
  array(
    select coalesce(crm.block_reason(d.delivery, d.data), 'no') from (
      values
        (1, 'bounced', '{"bounce": {"type": "Permanent"}}'::jsonb), (2, 'bounced', '{}'), (3, 'complained', '{}'), (4, 'suppressed', '{}')
    ) as d (place, delivery, data) order by d.place
  ),
  array[
    'our mail came back for good.', 'our mail came back for good.', 'somebody there reported our mail as spam.',
    'Resend refuses to send to it, after an earlier bounce or complaint.'
  ],
  'these block an address'
);
select is(
  array(
    select coalesce(crm.block_reason(d.delivery, d.data), 'no') from (
      values ('bounced', '{"bounce": {"type": "Transient"}}'::jsonb), ('bounced', '{"bounce": {"type": "Undetermined"}}'), ('failed', '{}'), ('delayed', '{}'), ('delivered', '{}')
    ) as d (delivery, data)
  ),
  array['no', 'no', 'no', 'no', 'no'],
  'these do not'
);

select * from finish();
rollback;
