-- Rule: a name is found as a whole word; in a script that writes no spaces also between other words, and of two
--       characters. So is one that JSON spells otherwise.
begin;
select plan(3);
select tests.empty_crm();

create function tests.book_as(p_uid text, p_email text, p_name text, p_title text)
returns jsonb
language sql
return tests.send('BOOKING_CREATED', jsonb_build_object(
  'uid', p_uid, 'email', p_email, 'name', p_name, 'title', p_title,
  'createdAt', '2037-03-02T09:00:00.' || lpad(length(p_title)::text, 3, '0') || 'Z'
));

-- Given
select tests.book_as('uid-1', 'fang@wang.test', '王芳', 'Greta Host与王芳的会议');
select tests.book_as('uid-2', 'taro@yamada.test', '山田 太郎', '山田 太郎さんとの打ち合わせ');
select tests.book_as('uid-3', 'min@kim.test', '김민', '김민씨와 회의');
select tests.book_as('uid-4', 'zoe@brulee.test', 'ZOË Brûlée', 'Call of Zoë  BRÛLÉE with Greta');
select tests.book_as('uid-5', 'anna@sten.test', 'Ann Sten', 'Ann Stensson and Ann Sten');
select tests.book_as('uid-6', 'zed@quote.test', E'A. "Zed"\\Ward', E'Call of A. "Zed"\\Ward with Greta');

-- When
select is(
  array(
    select public.erase_person(p.email) ->> 'erased' from public.people as p order by p.email
  ),
  array['true', 'true', 'true', 'true', 'true', 'true'], 'all are erased'
);

-- Then
select is(
  tests.standing(array['王芳', '山田 太郎', '김민', 'Zoë', 'brûlée', 'Zed']), '{}', 'nobody''s name stands anywhere'
);
select is(
  (select regexp_replace(b.title, 'erased-\w+', '…') from public.bookings as b where b.calcom_uid = 'uid-5'),
  'Ann Stensson and …', 'a part of a longer word is none'
);

select * from finish();
rollback;
