import { assertEquals, assertMatch, assertNotEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { startStack } from "../local/stack/stack.ts";
import { databaseTest } from "./support/database.ts";
import { openOutbox } from "./support/outbox.ts";
import { handle } from "./support/snapshot.ts";
import { readFixture, runFunction, sign } from "./support/webhook.ts";

const SECRET = "a secret of more than 15 letters";

Deno.test("it does not start without what it needs, and names all of it", async () => {
  const { code, lines } = await runFunction("calcom-webhook", {}).ended;
  assertNotEquals(code, 0);
  assertMatch(lines.join("\n"), /Cannot start without SUPABASE_URL and a secret/);
});

Deno.test("without a secret it starts, says what is missing, and refuses every request", async () => {
  const webhook = runFunction("calcom-webhook", {
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_SECRET_KEY: "sb_secret_test",
  });
  const body = readFixture("ping");
  const response = await post(await webhook.url, body, sign(body, ""));
  assertEquals(response.status, 401);
  await response.body?.cancel();

  webhook.kill();
  const [started, refused] = readLog((await webhook.ended).lines);
  assertEquals(started, {
    at: "calcom-webhook",
    outcome: "started",
    missing: ["CALCOM_WEBHOOK_SECRET"],
    too_short: [],
  });
  assertMatch(String(refused?.problem), /CALCOM_WEBHOOK_SECRET is not set/);
});

Deno.test("with a comma in a secret it says so, and takes no part of it for one", async () => {
  const webhook = runFunction("calcom-webhook", {
    SUPABASE_URL: "http://127.0.0.1:1",
    SUPABASE_SECRET_KEY: "sb_secret_test",
    CALCOM_WEBHOOK_SECRET: "correct horse battery staple, x",
  });
  const body = readFixture("ping");
  for (const secret of ["x", "correct horse battery staple", "correct horse battery staple, x"]) {
    const response = await post(await webhook.url, body, sign(body, secret));
    assertEquals(response.status, 401, secret);
    await response.body?.cancel();
  }
  webhook.kill();
  const [started] = readLog((await webhook.ended).lines);
  assertEquals([started?.missing, started?.too_short], [[], ["CALCOM_WEBHOOK_SECRET"]]);
});

function readLog(lines: string[]): Record<string, unknown>[] {
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
}

databaseTest(
  "an event counts though its function was killed before the decision",
  async ({ sql }) => {
    const body = readFixture("booking-created-business");
    const asked = Promise.withResolvers<void>();
    const stopped = Promise.withResolvers<Response>();
    // A REST API that stores what the function stores, and never answers what it asks.
    await using rest = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      async (request) => {
        const { payload } = await request.json();
        if (new URL(request.url).pathname === "/rest/v1/calcom_events") {
          const [row] = await sql`
        insert into public.calcom_events (payload) values (${sql.json(payload)}) returning id`;
          return Response.json(row, { status: 201 });
        }
        asked.resolve();
        return await stopped.promise;
      },
    );
    const webhook = runFunction("calcom-webhook", {
      SUPABASE_URL: `http://127.0.0.1:${rest.addr.port}`,
      SUPABASE_SECRET_KEY: "sb_secret_test",
      CALCOM_WEBHOOK_SECRET: SECRET,
    });
    const answer = post(await webhook.url, body, sign(body, SECRET)).then(
      () => "an answer",
      () => "broken off",
    );
    await Promise.race([asked.promise, answer]);
    webhook.kill("SIGKILL");
    assertEquals(await answer, "broken off");
    stopped.resolve(new Response());
    await webhook.ended;
    assertEquals((await sql`select from public.bookings`).length, 0);

    await sql`call public.handle_pending_events('0 s')`;
    const [event] = await sql`select e.outcome, e.reason from public.calcom_events as e`;
    assertEquals(event?.outcome, "applied", event?.reason);
    // Nobody told the sender that the event has arrived, so it comes again.
    const [again] = await handle(sql, [JSON.parse(new TextDecoder().decode(body))]);
    assertEquals(again?.outcome, "duplicate");
    for (const table of ["bookings", "deals", "emails"]) {
      assertEquals((await sql`select from ${sql(`public.${table}`)}`).length, 1, table);
    }
  },
);

Deno.test("as they are deployed, only a secret key and the schedule have the due mails sent", async () => {
  const stack = await startStack({ port: 0, data: "memory", functions: true });
  try {
    assertEquals(
      stack.functions.toSorted(),
      ["calcom-webhook", "reconcile", "resend-webhook", "send-emails"],
    );
    await (await openOutbox(stack)).owe(1);
    const send = (headers: Record<string, string>) =>
      fetch(`${stack.url}/functions/v1/send-emails`, { method: "POST", headers });
    for (const key of [stack.publishableKey, stack.sendEmailsSecret]) {
      const refused = await send({ apikey: key });
      assertEquals(refused.status, 401);
      await refused.body?.cancel();
    }
    for (
      const headers of [
        { apikey: stack.secretKey },
        { "x-send-emails-secret": stack.sendEmailsSecret },
      ]
    ) {
      // The schedule of the stack may have been faster.
      assertEquals((await (await send(headers)).json()).outcome, "done");
    }
    assertMatch(stack.sandbox.messages()[0]!.subject, /^Confirmed/);
  } finally {
    await stack.close();
  }
});

async function post(url: string, body: BodyInit, signature: string): Promise<Response> {
  const headers = { "x-cal-signature-256": signature };
  return await fetch(url, { method: "POST", body, headers });
}
