import type { ApiBooking, CalcomState } from "./calcom-bookings.ts";

const HOUR = 3_600_000;

/** A booking of an hour ago, for tomorrow, of which no webhook has told: something to reconcile at home. */
export function lostBooking({ user }: Pick<CalcomState, "user">, now = Date.now()): ApiBooking {
  const at = (hours: number) => new Date(now + hours * HOUR).toISOString();
  const attendee = { name: "Elif Kaya", email: "elif@northwindmill.example" };
  const host = { name: "Mara Lind", displayEmail: user.email, timeZone: "Europe/Berlin" };
  return {
    id: 7001,
    uid: "lostWebhookAtHome",
    status: "accepted",
    title: "Discovery call between Mara Lind and Elif Kaya",
    hosts: [{ ...user, ...host }],
    start: at(24),
    end: at(24.5),
    duration: 30,
    eventType: { id: 31, slug: "discovery-call" },
    location: "integrations:daily",
    absentHost: false,
    createdAt: at(-1),
    updatedAt: at(-1),
    metadata: {},
    icsUid: "lostWebhookAtHome@Cal.com",
    attendees: [{
      ...attendee,
      displayEmail: attendee.email,
      timeZone: "Europe/Istanbul",
      language: "en",
      absent: false,
    }],
    guests: [],
    bookingFieldsResponses: { ...attendee, company: "Northwind Mill" },
  };
}
