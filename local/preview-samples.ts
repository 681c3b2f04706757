import type { Json } from "../supabase/functions/_shared/database.types.ts";
import type { EmailKind } from "../supabase/functions/send-emails/languages/language.ts";
import type { OwedEmail } from "../supabase/functions/send-emails/message.ts";

/** A mail to look at. */
export interface Sample {
  name: string;
  email: OwedEmail;
}

type Details = Record<string, Json>;

const DETAILS: Details = {
  uid: "kX3vQ9mTzR4bLs7WdYn2Pa",
  title: "Discovery call between Mara Lindqvist and Tobias Reyes",
  start_time: "2026-12-03T15:00:00Z",
  end_time: "2026-12-03T15:30:00Z",
  old_start_time: "2026-12-01T15:00:00Z",
  old_end_time: "2026-12-01T15:30:00Z",
  time_zone: "America/Chicago",
  locale: "en",
  attendee_name: "Tobias Reyes",
  organizer_name: "Mara Lindqvist",
  organizer_email: "mara@brightloom.example",
  organizer_time_zone: "Europe/Stockholm",
  guests: [],
  location: "integrations:daily",
  join_url: "https://app.cal.com/video/kX3vQ9mTzR4bLs7WdYn2Pa",
  notes: "Looking at the rollout in the first quarter.",
  reason: "Travel clash",
  booker_url: "https://cal.com",
  host_page: "mara",
  event_page: "discovery-call",
  calendar: { uid: "kX3vQ9mTzR4bLs7WdYn2Pa@Cal.com", sequence: 1, hides_notes: false },
  brand: { logo_url: null, color: null, footer: null, attaches_calendar: true },
};

export const KINDS: readonly EmailKind[] = ["confirmation", "reschedule", "cancellation"];

/** A row of the outbox, as the database would write it. */
export function sampleEmail(
  kind: EmailKind,
  details: Details = {},
  email: Partial<OwedEmail> = {},
): OwedEmail {
  return {
    id: "5a8f8d7e-0000-4000-8000-000000000001",
    kind,
    calcom_uid: "kX3vQ9mTzR4bLs7WdYn2Pa",
    seat_id: null,
    from_address: "team@outboundsolutions.com",
    from_name: null,
    reply_to: "mara@brightloom.example",
    to_address: "tobias.reyes@northwindcargo.example",
    created_at: "2026-11-21T07:45:20Z",
    message: null,
    ...email,
    details: { ...DETAILS, ...details },
  } as OwedEmail;
}

/** What goes wrong easily: long, far away, in other scripts, or missing. */
export const ODD_SAMPLES: readonly Sample[] = [
  {
    name: "A brand with logo, colour and footer",
    email: sampleEmail("confirmation", {
      brand: {
        // A square of its own, so that the page needs no network.
        logo_url: null,
        color: "#0f766e",
        footer: "Outbound Solutions Ltd\n1 Harbour Street, Bristol BS1 4RW",
        attaches_calendar: true,
      },
    }, { from_name: "Outbound Solutions" }),
  },
  {
    name: "A long title with emoji",
    email: sampleEmail("confirmation", {
      title: "🚀 Kick-off " + "for the rollout of everything we ever talked about ".repeat(3) +
        "and-one-word-that-no-line-is-wide-enough-for-because-it-never-ends",
    }),
  },
  {
    name: "Names and notes from right to left",
    email: sampleEmail("confirmation", {
      title: "שיחת היכרות בין מארה ל־נועה",
      attendee_name: "נועה לוי",
      organizer_name: "مارا الأحمد",
      organizer_time_zone: "Asia/Jerusalem",
      time_zone: "Asia/Jerusalem",
      notes: "נדבר על הרבעון הראשון.\nThen about 2027.",
    }),
  },
  {
    name: "By phone, with three guests",
    email: sampleEmail("confirmation", {
      location: "+15550142077",
      join_url: null,
      guests: [
        { name: "Amara Silva", email: "amara@northwindcargo.example" },
        { name: null, email: "a.very.long.address.of.somebody@subsidiary.northwindcargo.example" },
        { name: null, email: "kofi@northwindcargo.example" },
      ],
    }),
  },
  {
    name: "At an address, in two days at once, links switched off",
    email: sampleEmail("reschedule", {
      location: "Hafenstraße 12, 20457 Hamburg",
      join_url: null,
      start_time: "2026-12-03T23:30:00Z",
      end_time: "2026-12-04T00:30:00Z",
      time_zone: "Asia/Tokyo",
      is_reschedulable: false,
      is_cancellable: false,
    }),
  },
  {
    name: "No place, no notes, nobody's name",
    email: sampleEmail("confirmation", {
      location: null,
      join_url: null,
      notes: null,
      attendee_name: null,
      organizer_name: null,
      organizer_time_zone: null,
    }),
  },
  {
    name: "The host asks for another time",
    email: sampleEmail("cancellation", { is_asked_to_move: true, reason: "I am at an offsite" }),
  },
  {
    name: "Markup, and an address that must not become a link",
    email: sampleEmail("confirmation", {
      title: `<b>Bold</b> & "quoted"`,
      attendee_name: `<img src=x onerror="alert(1)">`,
      notes: "<a href='https://evil.example'>win</a>\nhttps://evil.example/prize",
    }),
  },
  {
    name: "Next to nothing is known",
    email: sampleEmail(
      "confirmation",
      Object.fromEntries(Object.keys(DETAILS).map((k) => [k, null])),
    ),
  },
];
