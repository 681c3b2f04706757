import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Sql } from "npm:postgres@3.4.9";
import type { Mail } from "../local/resend/types.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { LANGUAGES } from "../supabase/functions/send-emails/email/locales/index.ts";
import { databaseTest } from "./support/database.ts";
import { callOf, HOSTILE, hostileBody } from "./support/strangers.ts";
import { emptyDatabase, startWebhook } from "./support/webhook.ts";

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
  await stack.sql("update public.settings set value = '9999' where name = 'mails_per_hour'");
});
Deno.test.afterAll(() => stack.close());

const EVIL = "see https://evil.example or evil.example\u200b/x\r\nBcc: a@evil.example";

HOSTILE.forEach((booking, place) => {
  const locale = LANGUAGES[place % LANGUAGES.length]!.tag;
  Deno.test(`${booking.name} (${locale}): the mails have the host's links, no others`, async () => {
    await emptyDatabase(stack);
    await using webhook = startWebhook(stack);
    const email = `ann@visitor-${place}.example`;
    const created = hostileBody(booking, { uid: `uid-${place}`, email, locale });

    const moved = hostileBody(booking, { uid: `moved-${place}`, email, locale });
    moved.triggerEvent = "BOOKING_RESCHEDULED";
    moved.createdAt = later(created, 1);
    moved.payload.rescheduleUid = `uid-${place}`;
    moved.payload.startTime = "2037-12-02T15:00:00Z";
    moved.payload.endTime = "2037-12-02T15:30:00Z";
    moved.payload.responses.rescheduleReason = { label: "reason", value: EVIL };

    const cancelled = structuredClone(moved);
    cancelled.triggerEvent = "BOOKING_CANCELLED";
    cancelled.createdAt = later(created, 2);
    cancelled.payload.cancellationReason = EVIL;

    for (const event of [created, moved, cancelled]) {
      const { body } = await webhook.post(JSON.stringify(event));
      assertEquals(body.outcome, "applied", String(body.reason));
      await webhook.finish();
    }
    const mails = stack.sandbox.messages().filter(({ to }) => to.includes(email));
    assertEquals(mails.length, 3);
    for (const mail of mails) assertHarmless(mail, place);
  });
});

Deno.test("a host's own link stays the way into the call", async () => {
  await emptyDatabase(stack);
  await using webhook = startWebhook(stack);
  for (
    const [uid, payload, link] of [
      ["daily", {}, callOf("daily")],
      ["told", { location: callOf("told"), metadata: null }, callOf("told")],
      [
        "meet",
        {
          location: "integrations:google:meet",
          metadata: { videoCallUrl: "https://meet.google.com/abc-defg-hij" },
          videoCallData: null,
        },
        "https://meet.google.com/abc-defg-hij",
      ],
      // Newer versions of Cal.com put the room into the place, where no metadata of a visitor gets.
      [
        "meet-told",
        {
          location: "https://meet.google.com/abc-defg-hij",
          metadata: { videoCallUrl: "https://meet.google.com/evi-lroo-mxx" },
          videoCallData: null,
        },
        "https://meet.google.com/abc-defg-hij",
      ],
      [
        "own",
        {
          location: "https://meet.host.example/room",
          metadata: null,
          videoCallData: null,
          responses: { location: { value: { value: "link", optionValue: "" } } },
        },
        "https://meet.host.example/room",
      ],
      [
        "zoom",
        {
          location: "integrations:zoom",
          metadata: { videoCallUrl: "https://evil.example" },
          videoCallData: { type: "zoom_video", url: "https://us02web.zoom.us/j/1?pwd=x" },
        },
        "https://us02web.zoom.us/j/1?pwd=x",
      ],
    ] as const
  ) {
    const email = `ann@${uid}.example`;
    const body = hostileBody({ name: uid, payload }, { uid, email, locale: "en" });
    await webhook.post(JSON.stringify(body));
    await webhook.finish();
    const [mail] = stack.sandbox.messages().filter(({ to }) => to.includes(email));
    assert(mail!.text!.includes(`\nJoin the call ${link}\n`), `${uid}: ${mail!.text}`);
    assert(readCalendar(mail!).includes(`LOCATION:${link}`), uid);
  }
});

/** So many hours after an event. */
function later({ createdAt }: { createdAt: string }, hours: number): string {
  return new Date(Date.parse(createdAt) + hours * 3_600_000).toISOString();
}

/** What no reader sees; our own isolation of a title from right to left is not in these mails. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2028\u2029]|[^\P{Cc}\r\n]/u;

/** What mail programs make a link of. Wider than theirs: they know which domains there are. */
const LINKABLE = [
  /[a-z][a-z0-9+.-]*:\/\//i,
  /\b(?:https?|ftp|mailto|tel|javascript|data):\S/i,
  /\bwww\./i,
  /[^\s.]\.\p{L}[\p{L}\p{N}-]/u,
  /[^\s.][。．]\p{L}{2}/u,
  /[^\s.][\u2024\ufe52]\p{L}/u,
  /\d\.\d{1,3}\.\d{1,3}\.\d/,
  /[^\s[]@[^\s\]]/,
  /=\?[^\s?]+\?[bq]\?/i,
  // Telephones make a call of it.
  /\d(?:[ ().\-/]{0,3}\d){6}/,
];

function assertHarmless(mail: Mail, place: number) {
  const ours = (link: string) =>
    link.startsWith("https://cal.com/") ||
    [callOf(`uid-${place}`), callOf(`moved-${place}`)].includes(link) ||
    link === "https://brightloom.daily.example/kq7Vt2LmZp";
  const { html, text, subject, from, reply_to } = mail;
  const calendar = readCalendar(mail);

  const links = [...html!.matchAll(/(?:href|src|action)="([^"]*)"/g)].map(([, link]) => link!)
    .concat([...text!.matchAll(/ (https:\S+)$/gm)].map(([, link]) => link!));
  for (const link of links) {
    const { protocol } = new URL(link);
    assert(protocol === "https:" && ours(link.replaceAll("&amp;", "&")), link);
  }

  for (const part of [html!, text!, subject, from, ...reply_to, ...calendar]) {
    assert(!UNSEEN.test(part), `what cannot be seen is in ${JSON.stringify(part)}`);
  }
  assertEquals([from, reply_to], ["team@outboundsolutions.com", ["mara@brightloom.example"]]);

  const words = [
    subject,
    text!.replace(/ https:\S+$/gm, ""),
    html!.replace(/<head>[^]*<\/head>|<!DOCTYPE[^>]*>|<!--.*?-->/g, "")
      .replace(/<a\b[^]*?<\/a>/g, " ").replace(/<[^>]+>/g, "\n")
      .replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&#x27;", "'")
      .replaceAll("&amp;", "&"),
    ...calendar.filter((line) => !/^(UID|PRODID|BEGIN|END|DTSTAMP|DTSTART|DTEND):/.test(line))
      .map((line) =>
        line.replace(/\\n/g, "\n").replace(/https:\S+/g, (link) => ours(link) ? "" : link)
      )
      .map((line) => line.replace(/^(?:ORGANIZER|ATTENDEE)(.*):mailto:[!-~]+$/i, "$1")),
  ];
  for (const part of words) {
    for (const linkable of LINKABLE) {
      const [found] = linkable.exec(part) ?? [];
      assertEquals(found, undefined, `${linkable} in ${part}`);
    }
  }
}

/** The lines of the calendar file, the folded ones joined again. */
function readCalendar({ attachments }: Mail): string[] {
  return attachments.flatMap(({ content }) =>
    new TextDecoder().decode(Uint8Array.from(atob(content), (byte) => byte.charCodeAt(0)))
      .replaceAll("\r\n ", "").split("\r\n")
  );
}

const CONNECTIONS = 12;

/** Books for somebody; the copy is what a second webhook sends. */
const book = (sql: Sql, uid: string, email: string, copy: 0 | 17 = 0) =>
  sql`select public.handle_calcom_event(jsonb_build_object(
    'triggerEvent', 'BOOKING_CREATED', 'createdAt', ${`2037-03-02T09:00:00.0${
    copy || "00"
  }Z`}::text,
    'payload', jsonb_build_object(
      'uid', ${uid}::text, 'startTime', '2037-12-01T15:00:00Z',
      'attendees', jsonb_build_array(jsonb_build_object('email', ${email}::text, 'name', 'Ada'))
    )
  ))`;

databaseTest("however many book at once, an address gets its ten mails", async (database) => {
  const { sql, connections } = database;
  const many = connections(CONNECTIONS);
  await Promise.all(
    Array.from({ length: 20 }, (_, place) => place).flatMap((place) =>
      ([0, 17] as const).map((copy) => book(many, `uid-${place}`, "ann@company.example", copy))
    ),
  );
  const mails = await sql`
    select status, count(*)::integer, bool_and(reason ~ '^Too many: more than 10 mails') as has_reason
    from public.emails group by status order by status`;
  assertEquals(mails.map((row) => ({ ...row })), [
    { status: "dropped", count: 10, has_reason: true },
    { status: "due", count: 10, has_reason: null },
  ]);
});

databaseTest("however many book at once, all together get so many an hour", async (database) => {
  const { sql, connections } = database;
  await sql`update public.settings set value = '20' where name = 'mails_per_hour'`;
  const many = connections(CONNECTIONS);
  await Promise.all(
    Array.from({ length: 120 }, (_, place) => book(many, `uid-${place}`, `ann@c${place}.example`)),
  );
  const [row] = await sql`
    select count(*) filter (where status = 'due')::integer as due,
      bool_and(reason ~ 'setting mails_per_hour') filter (where status = 'dropped') as has_reason
    from public.emails`;
  assert(row!.due >= 20 && row!.due < 20 + CONNECTIONS, `${row!.due} mails`);
  assert(row!.has_reason);
});
