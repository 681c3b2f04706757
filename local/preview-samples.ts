import type { Database, Json } from "../supabase/functions/_shared/database.types.ts";
import { LANGUAGES } from "../supabase/functions/send-emails/email/locales/index.ts";
import { DATA } from "../supabase/functions/send-emails/email/sample.ts";
import type { EmailKind, EmailRow } from "../supabase/functions/send-emails/email/types.ts";

/** A mail to look at: how it differs from an ordinary one. */
export interface Sample {
  /** What it is listed under. */
  group: string;
  name: string;
  kind: EmailKind | "alarm";
  data: Record<string, Json>;
  email?: Partial<EmailRow>;
}

/** A row of `senders`. */
export type Sender = Database["public"]["Tables"]["senders"]["Row"];

const KINDS: readonly EmailKind[] = ["confirmation", "reschedule", "cancellation"];

/** What a mail has to show beyond what every booking has. */
const MORE = {
  notes: "Looking at the rollout in the first quarter.",
  reason: "Travel clash",
  old_start_time: "2026-11-30T15:00:00Z",
  old_end_time: "2026-11-30T15:30:00Z",
};

/** Every kind from each sender, every kind in every language, then what goes wrong easily. */
export function listSamples(senders: Sender[]): Sample[] {
  const names = new Intl.DisplayNames("en", { type: "language" });
  const looks = [
    ...senders.map(lookOf),
    ...LANGUAGES.map(({ tag }) => ({ group: names.of(tag) ?? tag, data: { locale: tag } })),
  ];
  return [
    ...looks.flatMap((look) =>
      KINDS.map((kind) => ({ ...look, name: kind, kind, data: { ...MORE, ...look.data } }))
    ),
    ...Object.entries(ODD).map(([name, { kind = "confirmation", from_name = null, ...data }]) => ({
      group: "What goes wrong easily",
      name,
      kind: kind as EmailKind,
      data,
      email: {
        from_name: from_name as string | null,
        ...(data.hides_organizer === true && { reply_to: null }),
      },
    })),
    ...Object.entries(ALARMS).map(([name, data]) => ({
      group: "To whoever runs this",
      name,
      kind: "alarm" as const,
      data,
      email: { to_address: "ops@example.com", reply_to: null },
    })),
  ];
}

/** How the mails of a sender look. */
function lookOf({ organizer_domain, from_address, from_name, is_default, ...brand }: Sender) {
  const organizer_email = `mara@${organizer_domain}`;
  return {
    group: `Hosts at ${organizer_domain}${is_default ? " (default)" : ""}`,
    data: { organizer_email, brand },
    email: { from_address, from_name, reply_to: organizer_email },
  };
}

/** What is wrong, and what is well again. */
const ALARMS: Record<string, Record<string, Json>> = {
  "Something is wrong": {
    wrong: [
      {
        check: "waiting_emails",
        since: "2026-12-01T06:10:00Z",
        detail: "12 mails that should be out, the oldest for 50 minutes. Resend lets nobody send " +
          "with these settings: check RESEND_API_KEY and RESEND_BASE_URL.",
        what_to_do: "See why: `select * from emails where status = 'due'`. They go out by " +
          "themselves as soon as that is mended.",
        is_new: true,
      },
      {
        check: "schedule",
        since: "2026-12-01T05:59:00Z",
        detail: '"send-due-emails" has not run for 61 minutes.',
        what_to_do:
          "Run or look at: `select * from cron.job_run_details order by start_time desc " +
          "limit 20`.",
        is_new: false,
      },
    ],
    well: [
      { check: "silence", since: "2026-11-30T20:00:00Z", well_at: "2026-12-01T05:30:00Z" },
    ],
  },
  "It is well again": {
    wrong: [],
    well: [
      { check: "waiting_emails", since: "2026-12-01T06:10:00Z", well_at: "2026-12-01T08:20:00Z" },
    ],
  },
};

/** What is long, far away, in other scripts, or missing. */
const ODD: Record<string, Record<string, Json>> = {
  "A brand with a colour and a footer": {
    from_name: "Outbound Solutions",
    brand: {
      color: "#0f766e",
      footer: "Outbound Solutions Ltd\n1 Harbour Street, Bristol BS1 4RW",
      attaches_calendar: true,
    },
  },
  "A long title with emoji": {
    title: "🚀 Kick-off " + "for the rollout of everything we ever talked about ".repeat(3) +
      "and-one-word-that-no-line-is-wide-enough-for-because-it-never-ends",
  },
  "Names and notes from right to left": {
    title: "שיחת היכרות בין מארה ל־נועה",
    attendee_name: "נועה לוי",
    organizer_name: "مارا الأحمد",
    organizer_time_zone: "Asia/Jerusalem",
    time_zone: "Asia/Jerusalem",
    notes: "נדבר על הרבעון הראשון.\nThen about 2027.",
  },
  "By phone, with three guests": {
    location: "+15550142077",
    guests: [
      { name: "Amara Silva", email: "amara@northwindcargo.example" },
      { name: null, email: "a.very.long.address.of.somebody@subsidiary.northwindcargo.example" },
      { name: null, email: "kofi@northwindcargo.example" },
    ],
  },
  "At an address, in two days at once, links switched off": {
    kind: "reschedule",
    ...MORE,
    location: "Hafenstraße 12, 20457 Hamburg",
    start_time: "2026-12-03T23:30:00Z",
    end_time: "2026-12-04T00:30:00Z",
    time_zone: "Asia/Tokyo",
    is_reschedulable: false,
    is_cancellable: false,
  },
  "No place, no notes, nobody's name": {
    location: null,
    join_url: null,
    attendee_name: null,
    organizer_name: null,
    organizer_time_zone: null,
  },
  "A series": { recurring: { count: 8, freq: 2, interval: 2 } },
  "Whole days": {
    kind: "reschedule",
    start_time: "2026-12-01T06:00:00Z",
    end_time: "2026-12-03T06:00:00Z",
    old_start_time: "2026-11-30T06:00:00Z",
    old_end_time: "2026-12-01T06:00:00Z",
    organizer_time_zone: "America/Chicago",
  },
  "The clocks change in between": {
    start_time: "2026-11-01T06:30:00Z",
    end_time: "2026-11-01T07:30:00Z",
  },
  "A host who hides the address": {
    organizer_email: null,
    hides_organizer: true,
  },
  "A team's meeting is off": {
    kind: "cancellation",
    host_page: null,
    team_name: "Sales Europe",
  },
  "The host asks for another time": {
    kind: "cancellation",
    is_asked_to_move: true,
    reason: "I am at an offsite",
  },
  "Markup, and an address that must not become a link": {
    title: `<b>Bold</b> & "quoted"`,
    attendee_name: `<img src=x onerror="alert(1)">`,
    notes: "<a href='https://evil.example'>win</a>\nhttps://evil.example/prize",
  },
  "Next to nothing is known": Object.fromEntries(Object.keys(DATA).map((key) => [key, null])),
};
