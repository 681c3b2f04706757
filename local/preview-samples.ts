import type { Database, Json } from "../supabase/functions/_shared/database.types.ts";
import type { EmailKind, EmailRow } from "../supabase/functions/send-emails/email/types.ts";

/** A mail to look at. */
export interface Sample {
  /** What it is listed under. */
  group: string;
  name: string;
  email: EmailRow;
}

/** A row of `senders`. */
export type Sender = Database["public"]["Tables"]["senders"]["Row"];

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
  email: Partial<EmailRow> = {},
): EmailRow {
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
    request_body: null,
    ...email,
    template_data: { ...DETAILS, ...details },
  } as EmailRow;
}

/** Every kind of mail from one sender. */
export function senderSamples(sender: Sender): Sample[] {
  const { organizer_domain, from_address, from_name, is_default, ...looks } = sender;
  const { logo_url, color, footer, attaches_calendar } = looks;
  return KINDS.map((kind) => ({
    group: `Hosts at ${organizer_domain}${is_default ? " (default)" : ""}`,
    name: kind,
    email: sampleEmail(
      kind,
      {
        organizer_email: `mara@${organizer_domain}`,
        brand: { logo_url, color, footer, attaches_calendar },
      },
      { from_address, from_name, reply_to: `mara@${organizer_domain}` },
    ),
  }));
}

/** What goes wrong easily: long, far away, in other scripts, or missing. */
export const ODD_SAMPLES: readonly Sample[] = [
  {
    group: "What goes wrong easily",
    name: "A brand with a colour and a footer",
    email: sampleEmail("confirmation", {
      brand: {
        logo_url: null,
        color: "#0f766e",
        footer: "Outbound Solutions Ltd\n1 Harbour Street, Bristol BS1 4RW",
        attaches_calendar: true,
      },
    }, { from_name: "Outbound Solutions" }),
  },
  {
    group: "What goes wrong easily",
    name: "A long title with emoji",
    email: sampleEmail("confirmation", {
      title: "🚀 Kick-off " + "for the rollout of everything we ever talked about ".repeat(3) +
        "and-one-word-that-no-line-is-wide-enough-for-because-it-never-ends",
    }),
  },
  {
    group: "What goes wrong easily",
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
    group: "What goes wrong easily",
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
    group: "What goes wrong easily",
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
    group: "What goes wrong easily",
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
    group: "What goes wrong easily",
    name: "The host asks for another time",
    email: sampleEmail("cancellation", { is_asked_to_move: true, reason: "I am at an offsite" }),
  },
  {
    group: "What goes wrong easily",
    name: "Markup, and an address that must not become a link",
    email: sampleEmail("confirmation", {
      title: `<b>Bold</b> & "quoted"`,
      attendee_name: `<img src=x onerror="alert(1)">`,
      notes: "<a href='https://evil.example'>win</a>\nhttps://evil.example/prize",
    }),
  },
  {
    group: "What goes wrong easily",
    name: "Next to nothing is known",
    email: sampleEmail(
      "confirmation",
      Object.fromEntries(Object.keys(DETAILS).map((k) => [k, null])),
    ),
  },
];
