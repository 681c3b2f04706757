import type { Json } from "../../_shared/database.types.ts";
import { renderMessage } from "./message.ts";
import type { EmailRow, Message } from "./types.ts";

type Data = Record<string, Json>;

/** The template data of a booking, for tests. */
export const DATA: Data = {
  title: "Discovery call between Mara Lindqvist and Tobias Reyes",
  start_time: "2026-12-01T15:00:00Z",
  end_time: "2026-12-01T15:30:00Z",
  time_zone: "America/Chicago",
  locale: "en",
  attendee_name: "Tobias Reyes",
  organizer_name: "Mara Lindqvist",
  organizer_email: "mara@brightloom.example",
  organizer_time_zone: "Europe/Stockholm",
  location: "integrations:daily",
  join_url: "https://app.cal.com/video/abc?a=1&b=2",
  notes: null,
  reason: null,
  old_start_time: null,
  old_end_time: null,
  booker_url: "https://cal.com",
  uid: "abc",
  guests: [],
  host_page: "mara",
  event_page: "discovery-call",
  calendar: { uid: "abc@Cal.com", sequence: 1, hides_notes: false },
  brand: { logo_url: null, color: null, footer: null, attaches_calendar: true },
};

/** Renders a mail of the outbox that differs from an ordinary one in this. */
export function render(
  kind: string,
  data: Data = {},
  email: Partial<EmailRow> = {},
): Promise<Message> {
  return renderMessage({
    id: "5a8f8d7e-0000-4000-8000-000000000001",
    kind,
    seat_id: null,
    from_address: "team@outboundsolutions.com",
    from_name: null,
    reply_to: "mara@brightloom.example",
    to_address: "tobias.reyes@northwindcargo.example",
    template_data: { ...DATA, ...data },
    request_body: null,
    created_at: "2026-11-21T07:45:20Z",
    ...email,
  } as EmailRow);
}

/** Where the links of a mail lead. */
export function readLinks(html: string): string[] {
  return [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!.replaceAll("&amp;", "&"));
}
