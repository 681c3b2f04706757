import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { fileURLToPath } from "node:url";
import type { JSONValue, Sql } from "npm:postgres@3.4.9";
import { readFixture, sign } from "./support/webhook.ts";
import { databaseTest, until } from "./support/database.ts";
import { handle } from "./support/snapshot.ts";

const FUNCTION = new URL("../supabase/functions/calcom-webhook/index.ts", import.meta.url);
const SECRET = "a secret of this test";

databaseTest(
  "an event counts though the function was killed before the decision",
  async ({ sql }) => {
    const body = readFixture("booking-created-business");
    await using database = fakeRestApi(sql);
    await using webhook = await startFunction(database.url);

    const answer = fetch(webhook.url, {
      method: "POST",
      body,
      headers: { "x-cal-signature-256": sign(body, SECRET) },
    }).then(() => "an answer", () => "broken off");
    await Promise.race([database.isAskedToDecide, answer]);
    await webhook.kill();
    assertEquals(await answer, "broken off");
    assertEquals((await sql`select from public.bookings`).length, 0);

    await sql`call public.handle_pending_events('0 s')`;
    assertEquals((await sql`select from public.bookings`).length, 1);

    // Nobody told the sender that the event has arrived, so it comes again.
    const [again] = await handle(sql, [JSON.parse(new TextDecoder().decode(body))]);
    assertEquals(again?.outcome, "duplicate");
    for (const table of ["bookings", "deals", "emails"]) {
      assertEquals((await sql`select from ${sql(`public.${table}`)}`).length, 1, table);
    }
  },
);

/** A REST API that stores what the function stores, and never answers what it asks. */
function fakeRestApi(sql: Sql) {
  const asked = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<Response>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const body: { payload: JSONValue } = await request.json();
      if (new URL(request.url).pathname === "/rest/v1/calcom_events") {
        const rows = await sql`
          insert into public.calcom_events (payload) values (${
          sql.json(body.payload)
        }) returning id`;
        return Response.json(rows[0], { status: 201 });
      }
      asked.resolve();
      return await stopped.promise;
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    isAskedToDecide: asked.promise,
    async [Symbol.asyncDispose]() {
      stopped.resolve(new Response());
      await server.shutdown();
    },
  };
}

/** Starts the Edge Function as a process of its own. */
async function startFunction(supabaseUrl: string) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--allow-env", "--allow-net=127.0.0.1"],
      fileURLToPath(FUNCTION),
    ],
    env: {
      DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}`,
      SUPABASE_URL: supabaseUrl,
      SUPABASE_SECRET_KEY: "sb_secret_of_this_test",
      CALCOM_WEBHOOK_SECRET: SECRET,
      RESEND_API_KEY: "re_of_this_test",
      RESEND_BASE_URL: "http://127.0.0.1:9",
    },
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}/`;
  await until(
    "the function answers",
    () => fetch(url).then((answer) => answer.body?.cancel()).then(() => true, () => false),
  );
  async function kill() {
    process.kill("SIGKILL");
    await process.status;
  }
  return { url, kill, [Symbol.asyncDispose]: () => kill().catch(() => {}) };
}
