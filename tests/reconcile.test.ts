import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import {
  type ApiBooking,
  calcomBookings,
  type CalcomState,
  emptyCalcom,
} from "../local/apis/calcom-bookings.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { createDatabase } from "../supabase/functions/_shared/database.ts";
import { createCalcom } from "../supabase/functions/reconcile/calcom.ts";
import { createHandler } from "../supabase/functions/reconcile/handler.ts";
import { reconcile, type ReconcileDeps } from "../supabase/functions/reconcile/reconcile.ts";
import { runCommand } from "./support/apis.ts";
import { emptyDatabase } from "./support/webhook.ts";

const KEY = "cal_test_key";
const SECRET = "a secret of the schedule";
const DAY = 86_400_000;

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
});
Deno.test.afterAll(() => stack.close());

interface Options extends Pick<ReconcileDeps, "budget" | "sleep"> {
  key?: string | null;
}

type Answer = Record<string, unknown> & {
  outcome: string;
  reason?: string;
  created: Record<string, number>;
};

/** Cal.com's API and the function in front of the real database, both over HTTP. */
async function open(state: CalcomState) {
  await emptyDatabase(stack);
  await stack.sql("delete from public.reconciliations");
  const onAnyPort = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const respond = calcomBookings(state);
  const api = Deno.serve(
    onAnyPort,
    async (request) => await respond(request) ?? new Response("<html>", { status: 404 }),
  );
  const lines: Record<string, unknown>[] = [];

  return {
    lines,
    /** Calls the function as the schedule does. */
    async call(wish: Record<string, unknown> = {}, options: Options = {}): Promise<Answer> {
      const { key = KEY, ...rest } = options;
      const database = createDatabase({ supabaseUrl: stack.url, supabaseKey: stack.secretKey });
      const url = `http://127.0.0.1:${api.addr.port}/v2`;
      const server = Deno.serve(
        onAnyPort,
        createHandler({
          secretKeys: [stack.secretKey],
          secrets: [SECRET],
          reconcile: (wish) =>
            reconcile(wish, {
              database,
              calcom: key === null ? null : createCalcom({ key, url }),
              pageSize: 20,
              ...rest,
            }),
          log: (line) => void lines.push(line),
        }),
      );
      try {
        const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, {
          method: "POST",
          headers: { "x-reconcile-secret": SECRET },
          body: JSON.stringify(wish),
        });
        const answer = await response.json();
        assertEquals(response.status, 200, JSON.stringify(answer));
        return answer;
      } finally {
        await server.shutdown();
      }
    },
    /** All passes, as a person reads them. */
    runs: () =>
      stack.sql<Record<string, unknown>>(
        `select r.kind, r.pages, r.bookings, r.known, r.events_made, r.error, r.place, r.finished_at is not null as is_done
         from public.reconciliations as r order by r.number`,
      ),
    async [Symbol.asyncDispose]() {
      await api.shutdown();
    },
  };
}

/** Bookings of so many people, an hour apart, the first one tomorrow. */
function bookings(count: number, more: Partial<ApiBooking> = {}): ApiBooking[] {
  return Array.from({ length: count }, (_, place) => booking(place, more));
}

function booking(place: number, more: Partial<ApiBooking> = {}): ApiBooking {
  const start = Date.now() + DAY + place * 3_600_000 / 10;
  const email = `guest-${place}@company-${place % 7}.example`;
  return {
    id: place,
    uid: `uid-${`${place}`.padStart(4, "0")}`,
    title: "A call",
    hosts: [{ id: 412, name: "Greta Host", email: "greta@host.test", timeZone: "Etc/UTC" }],
    status: "accepted",
    start: new Date(start).toISOString(),
    end: new Date(start + 1_800_000).toISOString(),
    duration: 30,
    eventType: { id: 7, slug: "call" },
    absentHost: false,
    createdAt: new Date(Date.now() - 10 * DAY + place * 1000).toISOString(),
    updatedAt: new Date(Date.now() - 5 * DAY + place).toISOString(),
    attendees: [{ email, name: `Guest ${place}`, absent: false, timeZone: "Etc/UTC" }],
    guests: [],
    bookingFieldsResponses: { email, name: `Guest ${place}` },
    ...more,
  };
}

async function count(table: string): Promise<number> {
  const [row] = await stack.sql<{ count: number }>(
    `select count(*)::integer as count from public.${table}`,
  );
  return row!.count;
}

for (const contract of ["2026-05-01", "2024-08-13"] as const) {
  Deno.test(`all bookings are read, page by page, as ${contract} has them, and once`, async () => {
    const state = emptyCalcom({ contract, bookings: bookings(50) });
    await using server = await open(state);
    const answer = await server.call();
    assertEquals([answer.outcome, answer.created], ["done", { BOOKING_CREATED: 50 }]);
    assertEquals(await count("bookings"), 50);
    const [updates, window, ...others] = await server.runs();
    assertEquals(others, []);
    assertEquals([updates!.kind, updates!.pages, updates!.events_made, updates!.error], [
      "updates",
      3,
      50,
      null,
    ]);
    assertEquals([window!.kind, window!.events_made, window!.place, window!.is_done], [
      "window",
      0,
      null,
      true,
    ]);
    assert(Number(window!.known) >= 50);

    state.requests.length = 0;
    const again = await server.call();
    assertEquals([again.outcome, again.created], ["done", {}]);
    // The updates go on from where they were.
    const [first] = state.requests.filter(({ path }) => path.includes("afterUpdatedAt"));
    const since = new URL(`http://x${first!.path}`).searchParams.get("afterUpdatedAt")!;
    assert(Date.parse(since) > Date.now() - 5 * DAY - 11 * 60_000, since);
    assertEquals(await count("calcom_events"), 50);
    assert(!JSON.stringify(server.lines).includes("@"), "a line of the log holds an address");
  });

  Deno.test(`what breaks its page is left out, the rest is read, as ${contract} has it`, async () => {
    const odd = ["uid-0007", "uid-0032"];
    await using server = await open(
      emptyCalcom({ contract, bookings: bookings(50), faults: { odd } }),
    );
    const answer = await server.call();
    assertEquals(answer.outcome, "done");
    const missing = await stack.sql<{ uid: string }>(
      `select u.uid from unnest($1::text[]) as u (uid)
       where not exists (select from public.bookings as b where b.calcom_uid = u.uid)`,
      [bookings(50).map(({ uid }) => uid)],
    );
    const uids = missing.map(({ uid }) => uid);
    // Where rows cannot be skipped, an hour around the odd one is left out.
    assert(odd.every((uid) => uids.includes(uid)), uids.join());
    assert(uids.length <= (contract === "2024-08-13" ? 2 : 44), uids.join());
    const [updates] = await server.runs();
    assertMatch(
      `${updates!.error}`,
      /^Cal\.com's API cannot show (one|\d+) of its bookings \(400 BadRequestException\): left out\.$/,
    );
  });
}

for (const contract of ["2026-05-01", "2024-08-13"] as const) {
  Deno.test(`a row on another page may say what took a cancelled one's place, as ${contract} has it`, async () => {
    const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
    const all = bookings(60);
    const state = emptyCalcom({ contract, bookings: all });
    await using server = await open(state);
    assertEquals((await server.call()).outcome, "done");
    await stack.sql("delete from public.emails");

    // One is moved far away, one is cancelled; rows of older servers name nothing that took their place.
    Object.assign(all[0]!, { status: "cancelled", updatedAt: ago(55) });
    Object.assign(all[1]!, { status: "cancelled", updatedAt: ago(54) });
    for (const row of all.slice(2)) row.updatedAt = ago(50);
    const { attendees, bookingFieldsResponses } = all[0]!;
    state.bookings.push(booking(600, {
      rescheduledFromUid: all[0]!.uid,
      attendees,
      bookingFieldsResponses,
      createdAt: ago(45),
      updatedAt: ago(45),
    }));
    const dry = await server.call({ dry_run: true });
    const answer = await server.call();
    const made = { BOOKING_CANCELLED: 1, BOOKING_RESCHEDULED: 1 };
    assertEquals([answer.outcome, answer.created], ["done", made]);
    // A dry run makes nothing, so that it cannot know that the row was moved.
    assertEquals(dry.created, { ...made, BOOKING_CANCELLED: 2 });
    const mails = await stack.sql<{ mail: string }>(
      "select concat_ws(' ', e.kind, e.calcom_uid) as mail from public.emails as e order by 1",
    );
    assertEquals(mails.map(({ mail }) => mail), ["cancellation uid-0001", "reschedule uid-0600"]);
    assertEquals(await count("bookings"), 60);
    const held = await stack.sql("select from crm.held_bookings");
    assertEquals(held.length, 0);
  });
}

Deno.test("a filter that the server does not know is noted, and the other pass has its turn", async () => {
  for (const contract of ["2026-05-01", "2024-08-13"] as const) {
    const faults = { unknownFilter: "afterUpdatedAt" };
    const state = emptyCalcom({ contract, bookings: bookings(30), faults });
    await using server = await open(state);
    const answer = await server.call();
    assertEquals([answer.outcome, answer.created], ["done", { BOOKING_CREATED: 30 }]);
    assertMatch(
      `${answer.reason}`,
      /refuses one page after the other .* may not know afterUpdatedAt/,
    );
    assert(state.requests.length < 400, `${state.requests.length} requests`);
    const [updates, window] = await server.runs();
    assertEquals([updates!.is_done, window!.is_done], [true, true]);
    assert(`${updates!.error}`.length < 400, `${updates!.error}`);
  }
});

Deno.test("a server that begins to refuse every page is left alone until the next call", async () => {
  const state = emptyCalcom({ contract: "2024-08-13", bookings: bookings(50) });
  await using server = await open(state);
  const first = await server.call({}, { budget: 1 });
  assertEquals(first.outcome, "goes_on");
  await stack.sql(
    `update public.reconciliations set place = $1`,
    [{
      sources: [{ path: "/bookings", hostIds: null }],
      contract: "2024-08-13",
      windows: [[null, null]],
      range: [null, null],
      cursor: null,
      skip: 20,
      size: 20,
      pageSize: 20,
    }],
  );
  state.faults.unknownFilter = "skip";
  const refused = await server.call({ tick: first.tick });
  assertEquals(refused.outcome, "stopped");
  const [run] = await server.runs();
  assertEquals((run!.place as { skip: number }).skip, 20);
  assert(state.requests.length < 150, `${state.requests.length} requests`);
});

Deno.test("an asked wait is waited for while there is time, and else the next call goes on", async () => {
  const state = emptyCalcom({
    contract: "2024-08-13",
    bookings: bookings(50),
    faults: { requestsLeft: 3, wait: 7 },
  });
  await using server = await open(state);
  const waits: number[] = [];
  const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
  assertEquals((await server.call({}, { sleep })).outcome, "done");
  assertEquals(waits, [7000]);

  state.bookings.push(...bookings(80).slice(50));
  state.faults = { requestsLeft: 4, wait: 3600 };
  const first = await server.call({}, { sleep });
  assertEquals([first.outcome, waits.length], ["goes_on", 1]);
  assertMatch(first.reason!, /Cal\.com asks to wait/);
  const second = await server.call({ tick: first.tick }, { sleep });
  assertEquals(second.outcome, "done");
  assertEquals(await count("bookings"), 80);
});

Deno.test("a call whose time is up keeps its place, and the next one goes on there", async () => {
  const state = emptyCalcom({ bookings: bookings(50) });
  await using server = await open(state);
  const outcomes: string[] = [];
  let tick: unknown = null;
  for (let calls = 0; calls < 30 && outcomes.at(-1) !== "done"; calls++) {
    const answer = await server.call(tick === null ? {} : { tick }, { budget: 60 });
    ({ tick } = answer);
    outcomes.push(answer.outcome);
  }
  assertEquals(outcomes.at(-1), "done");
  assert(outcomes.length > 2, `${outcomes}`);
  assertEquals(await count("bookings"), 50);
  assertEquals((await server.runs()).length, 2, "no pass was begun twice");
});

Deno.test("a cursor that is not understood any more begins its window anew", async () => {
  const state = emptyCalcom({ bookings: bookings(50) });
  await using server = await open(state);
  await stack.sql(
    `insert into public.reconciliations (kind, since, place)
     values ('window', now() - interval '1 day', $1)`,
    [{
      sources: [{ path: "/bookings", hostIds: null }],
      contract: "2026-05-01",
      windows: [[new Date(0).toISOString(), null]],
      range: [null, null],
      cursor: "gone",
      skip: 0,
      size: 20,
      pageSize: 20,
    }],
  );
  state.faults.forgetsCursors = true;
  setTimeout(() => delete state.faults.forgetsCursors, 300);
  const answer = await server.call();
  assertEquals(answer.outcome, "done");
  assertEquals(await count("bookings"), 50);
});

Deno.test("two calls at once do not do the work twice, and one that died is gone on with", async () => {
  const state = emptyCalcom({ bookings: bookings(30) });
  await using server = await open(state);
  const answers = await Promise.all([server.call(), server.call()]);
  assertEquals(answers.map(({ outcome }) => outcome).toSorted(), ["busy", "done"]);
  assertEquals(await count("calcom_events"), 30);

  await stack.sql(
    `insert into public.reconciliations (kind, since, lease, leased_until)
     values ('updates', now() - interval '9 days', gen_random_uuid(), now() + interval '1 minute')`,
  );
  assertEquals((await server.call()).outcome, "busy");
  await stack.sql("update public.reconciliations set leased_until = now() - interval '1 second'");
  assertEquals((await server.call()).outcome, "done");
  assert((await server.runs()).every(({ is_done }) => is_done));
});

Deno.test("only meetings of whom the webhook covers count", async () => {
  const own = bookings(3);
  const asGuest = booking(10, { hosts: [{ id: 9, name: "Other", email: "other@else.test" }] });
  const ofTeam = booking(20, { hosts: [{ id: 413, name: "Kim", email: "kim@host.test" }] });
  const ofOrganization = booking(30, { hosts: [{ id: 414, name: "Li", email: "li@host.test" }] });
  const all = [...own, asGuest];
  for (
    const [state, uids] of [
      [emptyCalcom({ bookings: all }), 3],
      [
        emptyCalcom({
          bookings: all,
          teams: [{ id: 5, isAdmin: true, bookings: [ofTeam] }, { id: 6, isAdmin: false }],
        }),
        4,
      ],
      [emptyCalcom({ bookings: all, organization: { id: 2, isAdmin: false } }), 3],
      [
        emptyCalcom({
          bookings: all,
          organization: { id: 2, isAdmin: true, bookings: [...own, ofTeam, ofOrganization] },
        }),
        5,
      ],
    ] as const
  ) {
    await using server = await open(state);
    assertEquals((await server.call()).outcome, "done");
    assertEquals(await count("bookings"), uids);
  }
});

Deno.test("filters that do nothing end all the same, and bring nothing in that nobody asked for", async () => {
  const years = (more: number) => new Date(Date.now() - more * 365 * DAY).toISOString();
  const old = { createdAt: years(2.1), updatedAt: years(2), start: years(2), end: years(1.999) };
  for (const contract of ["2026-05-01", "2024-08-13"] as const) {
    const all = [...bookings(50), booking(70, old), booking(71, { ...old, updatedAt: null })];
    const state = emptyCalcom({ contract, bookings: all, faults: { ignoresFilters: true } });
    await using server = await open(state);
    assertEquals((await server.call()).outcome, "done");
    assertEquals(await count("bookings"), 50);

    const since = years(3).slice(0, 10);
    assertEquals((await server.call({ since })).outcome, "done");
    assertEquals(await count("bookings"), 52, "history that is asked for");
  }
});

Deno.test("an asked wait of nothing is a second all the same", async () => {
  const state = emptyCalcom({ bookings: bookings(5), faults: { requestsLeft: 3, wait: 0 } });
  await using server = await open(state);
  const waits: number[] = [];
  const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
  assertEquals((await server.call({}, { sleep })).outcome, "done");
  assertEquals(waits, [1000]);
});

Deno.test("what keeps it from going on is said, and kept in the table", async () => {
  for (
    const [change, reason] of [
      [{ faults: { hasAnotherShape: true } }, /a shape that this version does not know/],
      [{ keys: ["another"] }, /does not accept CALCOM_API_KEY \(401\)/],
      [
        {
          faults: {
            status: { code: 401, times: 9, message: "Invalid or missing CALCOM_LICENSE_KEY" },
          },
        },
        /wants a licence for its API \(401\)/,
      ],
      [{ faults: { status: { code: 500, times: 9 } } }, /answers 500/],
      [{ faults: { status: { code: 404, times: 9 } } }, /look at CALCOM_API_URL/],
      [{ faults: { status: { code: 403, times: 9 } } }, /may not read these bookings \(403\)/],
    ] as const
  ) {
    const state = emptyCalcom({ bookings: bookings(5), ...change as Partial<CalcomState> });
    await using server = await open(state);
    const answer = await server.call();
    assertEquals(answer.outcome, "stopped");
    assertMatch(answer.reason!, reason);
    const [run] = await server.runs();
    assertMatch(`${run!.error}`, reason);
    assertEquals([run!.is_done, await count("calcom_events")], [false, 0]);
    assert(!JSON.stringify([answer, server.lines]).includes(KEY), "the key is told");

    Object.assign(state, emptyCalcom({ bookings: state.bookings }));
    assertEquals((await server.call()).outcome, "done");
    assertEquals(await count("bookings"), 5);
    // The pass that was kept from going on, and then those of this call.
    assertEquals((await server.runs()).map(({ error }) => error), [null, null, null]);
  }
});

Deno.test("without a key nothing is compared, and that is noted once", async () => {
  await using server = await open(emptyCalcom());
  for (const _ of [1, 2]) {
    const answer = await server.call({}, { key: null });
    assertMatch(`${answer.skipped}`, /^CALCOM_API_KEY is not set/);
  }
  const runs = await server.runs();
  assertEquals(runs.length, 1);
  assertMatch(`${runs[0]!.error}`, /^CALCOM_API_KEY is not set/);
});

Deno.test("history is brought in without a mail, and a dry run brings nothing", async () => {
  const start = (days: number) => ({
    start: new Date(Date.now() - days * DAY).toISOString(),
    end: new Date(Date.now() - days * DAY + 1_800_000).toISOString(),
    createdAt: new Date(Date.now() - (days + 3) * DAY).toISOString(),
    updatedAt: new Date(Date.now() - (days + 3) * DAY).toISOString(),
  });
  const now = { createdAt: new Date(Date.now() - 3_600_000).toISOString() };
  const state = emptyCalcom({
    bookings: [booking(1, start(100)), booking(2, start(300)), booking(3, now)],
  });
  await using server = await open(state);
  const since = new Date(Date.now() - 200 * DAY).toISOString().slice(0, 10);
  const dry = await server.call({ since, dry_run: true });
  assertEquals(dry.created, { BOOKING_CREATED: 2, MEETING_ENDED: 1 });
  assertEquals(await count("calcom_events"), 0);

  const answer = await server.call({ since });
  assertEquals([answer.outcome, answer.created], ["done", {
    BOOKING_CREATED: 2,
    MEETING_ENDED: 1,
  }]);
  assertEquals(await count("emails"), 0);
  assertEquals((await server.runs()).map(({ kind }) => kind), ["backfill", "backfill"]);
  const sources = await stack.sql("select distinct source from public.calcom_events");
  assertEquals(sources, [{ source: "backfill" }]);
});

Deno.test("history that the next tick goes on with stays history", async () => {
  // Of what no hourly pass sees: far ahead, and not touched lately.
  const state = emptyCalcom({
    bookings: Array.from({ length: 50 }, (_, place) =>
      booking(20_000 + place, {
        createdAt: new Date(Date.now() - 3_600_000).toISOString(),
        updatedAt: new Date(Date.now() - 30 * DAY).toISOString(),
      })),
  });
  await using server = await open(state);
  const since = new Date(Date.now() - 200 * DAY).toISOString().slice(0, 10);
  assertEquals((await server.call({ since }, { budget: 1 })).outcome, "goes_on");
  assertEquals((await server.call()).outcome, "done");
  const sources = await stack.sql(
    "select source, count(*)::integer as count from public.calcom_events group by 1",
  );
  assertEquals(sources, [{ source: "backfill", count: 50 }]);
  assertEquals(await count("emails"), 0);
  const kinds = (await server.runs()).map(({ kind, is_done }) => [kind, is_done]);
  assertEquals(kinds, [["backfill", true], ["updates", true], ["window", true]]);
});

Deno.test("a booking that two passes show counts once, in a dry run too", async () => {
  const moved = { updatedAt: new Date(Date.now() - 3_600_000).toISOString() };
  const young = { ...moved, createdAt: new Date(Date.now() - 5_000).toISOString() };
  const odd = { ...booking(60, moved), start: "soon" };
  const state = emptyCalcom({
    bookings: [...bookings(50, moved), booking(70, { ...young, updatedAt: null }), odd],
  });
  await using server = await open(state);
  const dry = await server.call({ dry_run: true, list: true });
  assertEquals(dry.created, { BOOKING_CREATED: 50 });
  const answer = await server.call({ list: true });
  const passes = (await server.runs()).slice(2);
  assertEquals(passes.length, 2);
  assert(passes.every(({ bookings }) => Number(bookings) >= 50), "each pass shows them");
  for (const { bookings, waiting, skipped, uids } of [dry, answer]) {
    assertEquals([bookings, waiting, skipped, (uids as unknown[]).length], [52, 1, 1, 52]);
  }
  assertEquals((await server.call()).uids, undefined, "nobody else needs them");
});

/** `task reconcile`, as of somebody whose environment has nothing but this. */
async function runReconcile(env: Record<string, string>, args: string[] = []) {
  const output: string[] = [];
  return await runCommand({ env, output }, "reconcile", args);
}

/** A project whose function answers this. */
function serveProject(answer: (request: Request) => Response | Promise<Response>) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, answer);
}

Deno.test("task reconcile adds up what several calls have compared", async () => {
  const answers = [
    { outcome: "goes_on", tick: "2026-11-26", created: { BOOKING_CREATED: 1 }, bookings: 3 },
    { outcome: "done", tick: "2026-11-26", created: { BOOKING_CREATED: 1 }, bookings: 2 },
  ];
  const uids = [["a", "b"], ["b", "c"]];
  const wishes: unknown[] = [];
  await using server = serveProject(async (request) => {
    wishes.push(await request.json());
    return Response.json({ ...answers.shift(), uids: uids.shift() });
  });
  const { code, text } = await runReconcile({
    SUPABASE_URL: `http://127.0.0.1:${server.addr.port}`,
    SUPABASE_SECRET_KEY: "sb_secret_of_the_project",
  });
  assertEquals(code, 0, text);
  // Of three and two one is the same.
  assertMatch(
    text,
    /^4 bookings compared with the log\.\nMade up:\n {2}2 BOOKING_CREATED$/m,
  );
  assertEquals(wishes, [
    { dry_run: false, list: true },
    { dry_run: false, list: true, tick: "2026-11-26" },
  ]);
});

Deno.test("task reconcile finds the project by what connect was told, and says what is amiss", async () => {
  const secretKey = "sb_secret_0123456789abcdef0123456789abcdef";
  let answer: () => Response = () => new Response();
  const keys: (string | null)[] = [];
  await using server = serveProject((request) => {
    const { pathname } = new URL(request.url);
    if (pathname.endsWith("/api-keys")) {
      return Response.json([{ type: "secret", name: "default", api_key: secretKey }]);
    }
    keys.push(request.headers.get("apikey"));
    return answer();
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const env = {
    SUPABASE_API_URL: url,
    SUPABASE_URL: url,
    SUPABASE_ACCESS_TOKEN: "sbp_0123456789abcdef0123456789abcdef01234567",
    SUPABASE_PROJECT_REF: "abcdefghijklmnopqrst",
  };
  const refuse = (status: number, body: unknown = {}) => () => Response.json(body, { status });
  const done = { outcome: "done", tick: "2026-11-26", bookings: 1, waiting: 1, uids: ["a"] };
  for (
    const [told, code, message] of [
      [() => Response.json(done), 0, /^1 booking compared with the log\.\nNothing was missing\.$/m],
      [() => Response.json(done), 0, /^1 was touched just now, and left to the next time\.$/m],
      [
        refuse(401, { outcome: "unauthorized", reason: "x-reconcile-secret is not" }),
        1,
        /not one of this project: set SUPABASE_SECRET_KEY/,
      ],
      [refuse(404), 1, /no function reconcile: .* task connect deploys it/],
      [refuse(540), 1, /The project is paused \(540\): restore it/],
      [refuse(504), 1, /answers 504: its log/],
    ] as const
  ) {
    answer = told;
    const { code: ended, text } = await runReconcile(env);
    assertEquals(ended, code, text);
    assertMatch(text, message);
    assert(!text.includes(secretKey) && !text.includes(env.SUPABASE_ACCESS_TOKEN), text);
  }
  assert(keys.every((key) => key === secretKey), "the key of the project goes along");

  const { code, text } = await runReconcile({ ...env, SUPABASE_PROJECT_REF: "(none)" }, [
    "--port",
    "1",
  ]);
  assertEquals(code, 1);
  assertMatch(
    text,
    /^The local stack is not running.*SUPABASE_ACCESS_TOKEN and SUPABASE_PROJECT_REF\.$/m,
  );
});

Deno.test("strangers and bodies that are no wish are refused", async () => {
  const handler = createHandler({
    secretKeys: ["sb_secret_of_the_project"],
    secrets: [SECRET],
    reconcile: () => Promise.resolve({ outcome: "done" as const }),
    log: () => {},
  });
  const post = async (headers: Record<string, string>, body = "") => {
    const response = await handler(new Request("http://x/", { method: "POST", headers, body }));
    return [response.status, (await response.json()).reason];
  };
  assertEquals((await post({}))[0], 401);
  assertEquals((await post({ "x-reconcile-secret": "sb_secret_of_the_project" }))[0], 401);
  assertEquals((await post({ apikey: SECRET }))[0], 401);
  assertEquals((await post({ apikey: "sb_secret_of_the_project" }))[0], 200);
  const known = { "x-reconcile-secret": SECRET };
  assertEquals((await post(known))[0], 200);
  for (
    const [body, reason] of [
      ["{", /not JSON/],
      ['{"since": "soon"}', /"since" is no date/],
      ['{"since": 7}', /"since" is no date/],
      ['{"tick": {}}', /"tick"/],
      ['{"dry_run": "yes"}', /"dry_run"/],
      ['{"list": "yes"}', /"list"/],
    ] as const
  ) {
    const [status, told] = await post(known, body);
    assertEquals(status, 422);
    assertMatch(told, reason);
  }
});
