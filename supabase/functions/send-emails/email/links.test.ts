import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { findLinks } from "./links.ts";

const DETAILS = {
  uid: "abc",
  booker_url: "https://cal.com/",
  host_page: "mara",
  event_page: "discovery-call",
};

Deno.test("a booking is moved and cancelled on Cal.com's pages for it", () => {
  assertEquals(findLinks(DETAILS, null), {
    reschedule: "https://cal.com/reschedule/abc",
    cancel: "https://cal.com/booking/abc?cancel=true",
    bookAgain: "https://cal.com/mara/discovery-call",
  });
});

Deno.test("a link that the booking does not allow is left out", () => {
  const links = findLinks({ ...DETAILS, is_reschedulable: false }, null);
  assertEquals(links.reschedule, null);
  assert(links.cancel);
  const others = findLinks({ ...DETAILS, is_cancellable: false }, null);
  assert(others.reschedule);
  assertEquals(others.cancel, null);
});

Deno.test("the links of a seat lead to that seat, and a seat without an id has none", () => {
  const details = { ...DETAILS, is_seated: true };
  const seat = findLinks(details, "seat/1");
  assertEquals(seat.reschedule, "https://cal.com/reschedule/seat%2F1");
  assertEquals(seat.cancel, "https://cal.com/booking/abc?cancel=true&seatReferenceUid=seat%2F1");
  const unknown = findLinks(details, null);
  assertEquals([unknown.reschedule, unknown.cancel], [null, null]);
});

Deno.test("without the address of Cal.com, or the uid, there are no links", () => {
  for (
    const details of [
      { ...DETAILS, booker_url: null },
      { ...DETAILS, booker_url: "javascript:alert(1)" },
      { booker_url: "https://cal.com" },
    ]
  ) {
    assertEquals(findLinks(details, null), { reschedule: null, cancel: null, bookAgain: null });
  }
});

Deno.test("a host who asks for another time gets the old booking moved", () => {
  const asked = { ...DETAILS, is_asked_to_move: true };
  assertEquals(
    findLinks(asked, null).bookAgain,
    "https://cal.com/reschedule/abc?allowRescheduleForCancelledBooking=true",
  );
  const link = "https://cal.com/mara/discovery-call?rescheduleUid=abc";
  assertEquals(
    findLinks({ ...asked, booker_url: null, reschedule_url: link }, null).bookAgain,
    link,
  );
});

Deno.test("a team's cancelled meeting leads to the team's page, not to a move that Cal.com refuses", () => {
  const link = (team_name: string, more = {}) =>
    findLinks({ ...DETAILS, host_page: null, team_name, ...more }, null).bookAgain;
  assertEquals(link("Sales"), "https://cal.com/team/sales/discovery-call");
  assertEquals(
    link("  Équipe Vente & Co. "),
    "https://cal.com/team/equipe-vente-co/discovery-call",
  );
  assertEquals(
    link("Sales", { is_seated: true }),
    "https://cal.com/team/sales/discovery-call",
  );
  assertEquals(link("Sales", { event_page: null }), null);
  assertEquals(link("!"), null);
  assertMatch(
    link("Sales", { is_asked_to_move: true }) ?? "",
    /\/reschedule\/abc\?allowReschedule/,
  );
});

Deno.test("where no page is known there is no link to one", () => {
  assertEquals(findLinks({ ...DETAILS, host_page: null }, null).bookAgain, null);
  const seat = { ...DETAILS, is_seated: true, is_asked_to_move: true };
  assertEquals(findLinks(seat, "seat-1").bookAgain, null);
});
