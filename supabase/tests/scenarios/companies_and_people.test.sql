-- Rule: a person is a mail address, a company its domain; who only comes along is neither.
begin;
select plan(4 * 24);

select tests.check_scenario(s.sentence, s.steps, s.bookings, s.deals, s.mails, s.answer, s.names)
from (values
  (
    'a company is called by its domain until somebody names it',
    'book a',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', null, 'ada is Ada Byron of lovelace.test'
  ),
  (
    'a colleague lands on the same company, however the domain is typed',
    'book a; book b by Grace@LoveLace.TEST',
    'a ACCEPTED deal 1, b of grace ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b to grace',
    'applied kept: Booked; lovelace.test has an active deal already.',
    'ada is Ada Byron of lovelace.test, grace is Grace of lovelace.test'
  ),
  (
    'a person is one, however the address is typed',
    'book a by Ada@Lovelace.test; book b {"email": "  aDA@lovelace.TEST "}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null, null
  ),
  (
    'a plus tag makes another person, to whom the mail goes',
    'book a; book b by Ada+Demo',
    'a ACCEPTED deal 1, b of ada+demo ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b to ada+demo',
    null, 'ada+demo is Ada+Demo of lovelace.test, ada is Ada Byron of lovelace.test'
  ),
  (
    'a personal address has no company and no deal',
    'book a by Eve@Gmail.com',
    'a of eve@gmail.com ACCEPTED', 'none', 'confirmation a to eve@gmail.com',
    'applied: Booked; this person has no company, so there is no deal.', 'eve@gmail.com is Eve'
  ),
  (
    'six domains are personal',
    'book a by eve@gmail.com; book b by eve@yahoo.com; book c by eve@hotmail.com; book d by eve@outlook.com;
     book e by eve@icloud.com; book f by eve@me.com',
    'a of eve@gmail.com ACCEPTED, b of eve@yahoo.com ACCEPTED, c of eve@hotmail.com ACCEPTED,
     d of eve@outlook.com ACCEPTED, e of eve@icloud.com ACCEPTED, f of eve@me.com ACCEPTED',
    'none',
    'confirmation a to eve@gmail.com, confirmation b to eve@yahoo.com, confirmation c to eve@hotmail.com,
     confirmation d to eve@outlook.com, confirmation e to eve@icloud.com, confirmation f to eve@me.com',
    null,
    'eve@gmail.com is Eve, eve@hotmail.com is Eve, eve@icloud.com is Eve, eve@me.com is Eve,
     eve@outlook.com is Eve, eve@yahoo.com is Eve'
  ),
  (
    'a company with a personal domain in its name is one',
    'book a by eve@mail.gmail.com',
    'a of eve@mail.gmail.com ACCEPTED deal 1', 'mail.gmail.com active booked', 'confirmation a to eve@mail.gmail.com',
    null, 'eve@mail.gmail.com is Eve of mail.gmail.com'
  ),
  (
    'a booking by phone has no company, no deal and no mail',
    'book a by 46700000001@sms.cal.com',
    'a of 46700000001@sms.cal.com ACCEPTED', 'none', 'none',
    'applied: Booked; this person has no company, so there is no deal. No mail: booked by phone number.',
    '46700000001@sms.cal.com is 46700000001'
  ),
  (
    'the first answer names a company that nobody has named',
    'book a; book b {"responses": {"company": {"label": "Company", "value": "Lovelace Ltd"}}};
     book c {"responses": {"company": {"label": "Company", "value": "Someone Else"}}}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1, c ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation b, confirmation c', null, 'ada is Ada Byron of Lovelace Ltd'
  ),
  (
    'a move that books a meeting names the company as a booking would',
    'move a>b {"responses": {"company": {"label": "Company", "value": "Lovelace Ltd"}}}',
    'b ACCEPTED deal 1', 'active booked', 'reschedule b', 'applied opened', 'ada is Ada Byron of Lovelace Ltd'
  ),
  (
    'a move of a meeting that is known names no company',
    'book a; move a>b {"responses": {"company": {"label": "Company", "value": "Someone Else"}}}',
    'b ACCEPTED deal 1', 'active booked', 'confirmation a, reschedule b', null, 'ada is Ada Byron of lovelace.test'
  ),
  (
    'whoever books a seat names the company with answers of their own',
    'book seat s1 of a {"responses": {"company": {"value": "Lovelace Ltd"}}}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', null, 'ada is Ada Byron of Lovelace Ltd'
  ),
  (
    'the answers of somebody else name no company of who books a seat',
    'book seat s2 of a by grace@hopper.test {"responses": {"email": {"value": "ada@lovelace.test"},
        "company": {"value": "Lovelace Ltd"}}, "userFieldsResponses": {"company": {"value": "Lovelace Ltd"}}}',
    'a of grace@hopper.test ACCEPTED deal 1', 'hopper.test active booked', 'confirmation a to grace@hopper.test',
    null, 'grace@hopper.test is Grace of hopper.test'
  ),
  (
    'what says that there is no answer names no company',
    'book a {"responses": {"company": {"label": "Company", "value": "n/a"}}};
     book b {"responses": {"company": {"label": "Company", "value": " - "}}};
     book c {"responses": {"company": {"label": "Company", "value": "None"}}};
     book d {"responses": {"company": {"label": "Company", "value": "Lovelace Ltd"}}}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1, c ACCEPTED deal 1, d ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation b, confirmation c, confirmation d', null, 'ada is Ada Byron of Lovelace Ltd'
  ),
  (
    'a person is called by the first name given, so that a stranger renames nobody',
    'book a; book b {"name": "Ada Lovelace"}; book c {"name": "Countess of Lovelace"}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1, c ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation b, confirmation c', null, 'ada is Ada Byron of lovelace.test'
  ),
  (
    'the first name counts that was given at all',
    'book a {"name": null}; book b; book c {"name": "Countess of Lovelace"}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1, c ACCEPTED deal 1', 'active booked',
    'confirmation a, confirmation b, confirmation c', null, 'ada is Ada Byron of lovelace.test'
  ),
  (
    'a body without a name leaves the name alone',
    'book a; book b {"name": null}',
    'a ACCEPTED deal 1, b ACCEPTED deal 1', 'active booked', 'confirmation a, confirmation b', null,
    'ada is Ada Byron of lovelace.test'
  ),
  (
    'a name may be given in two parts, or in one of them',
    'book a by one {"name": {"firstName": "Ada", "lastName": "Byron"}};
     book b by two {"name": {"firstName": "Ada"}}; book c by three {"name": {"firstName": "Ada", "lastName": ""}}',
    'a of one ACCEPTED deal 1, b of two ACCEPTED deal 1, c of three ACCEPTED deal 1', 'active booked',
    'confirmation a to one, confirmation b to two, confirmation c to three', null,
    'one is Ada Byron of lovelace.test, three is Ada of lovelace.test, two is Ada of lovelace.test'
  ),
  (
    'guests and hosts are neither people nor companies',
    'book a {"attendees": [{"email": "ada@lovelace.test", "name": "Ada Byron"}, {"email": "guest@elsewhere.test",
        "name": ""}, {"email": "piet@host.test", "name": "Piet"}],
        "responses": {"guests": {"value": ["guest@elsewhere.test"]}}, "team": {"id": 3, "name": "Sales",
        "members": [{"email": "piet@host.test", "name": "Piet"}]}}',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', null, 'ada is Ada Byron of lovelace.test'
  ),
  (
    'the booker is who answers the mail question',
    'book a {"responses": {"email": {"value": "Booker@one.test"}}};
     book b {"responses": {"email": "booker@two.test"}}',
    'a of booker@one.test ACCEPTED deal 1, b of booker@two.test ACCEPTED deal 1',
    'one.test active booked, two.test active booked',
    'confirmation a to booker@one.test, confirmation b to booker@two.test', null, null
  ),
  (
    'the booker is the first attendee when the answer is no address',
    'book a by first@one.test {"responses": {"email": {"label": "email", "value": null}}};
     book b by first@two.test {"responses": {"email": null}};
     book c by first@three.test {"responses": {"email": {"value": "not an address"}}};
     book d by first@four.test {"responses": {"email": ["booker@four.test"]}}',
    'a of first@one.test ACCEPTED deal 1, b of first@two.test ACCEPTED deal 1,
     c of first@three.test ACCEPTED deal 1, d of first@four.test ACCEPTED deal 1',
    'four.test active booked, one.test active booked, three.test active booked, two.test active booked',
    'confirmation a to first@one.test, confirmation b to first@two.test, confirmation c to first@three.test,
     confirmation d to first@four.test',
    null, null
  ),
  (
    'the booker is the first attendee when there are no answers',
    'book a without responses',
    'a ACCEPTED deal 1', 'active booked', 'confirmation a', null, 'ada is Ada Byron of lovelace.test'
  ),
  (
    'the answers of a seated event are somebody else''s',
    'book seat s2 of a by grace@hopper.test {"responses": {"email": {"value": "ada@lovelace.test"},
        "name": {"value": "Ada Byron"}}}',
    'a of grace@hopper.test ACCEPTED deal 1', 'hopper.test active booked', 'confirmation a to grace@hopper.test',
    null, 'grace@hopper.test is Grace of hopper.test'
  ),
  (
    'the answers of a seated event are somebody else''s as plain strings too',
    'book seat s3 of a by mary@somerville.test {"responses": {"email": "ada@lovelace.test", "name": "Ada Byron"}}',
    'a of mary@somerville.test ACCEPTED deal 1', 'somerville.test active booked',
    'confirmation a to mary@somerville.test', null, 'mary@somerville.test is Mary of somerville.test'
  )
) as s (sentence, steps, bookings, deals, mails, answer, names);

select * from finish();
rollback;
