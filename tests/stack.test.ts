import { assert, assertEquals, assertMatch, assertRejects } from "npm:deno-std@1.4.0/assert/mod.js";
import { deadline } from "npm:deno-std@1.4.0/async/deadline.js";
import { poll } from "npm:deno-std@1.4.0/async/poll.js";
import postgres from "npm:postgres@3.4.9";
import { request } from "node:http";
import { join } from "node:path";
import { makeFolder, SMALL_SCHEMA } from "./support/stack.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";

const ECHO = `
import { VERSION } from "../_shared/version.ts";
Deno.serve(async (request) => {
  const { pathname, search } = new URL(request.url);
  if (pathname.endsWith("/die")) setTimeout(() => { throw new Error("died"); }, 20);
  if (pathname.endsWith("/refuse")) return new Response(null, { status: 413 });
  if (pathname.endsWith("/outside")) {
    return new Response(await fetch("http://192.0.2.1/").catch((error) => error.name));
  }
  if (pathname.endsWith("/read")) {
    return new Response(await Deno.readTextFile("/etc/hosts").catch((error) => error.name));
  }
  console.log("handled " + pathname);
  return Response.json({
    method: request.method,
    path: pathname + search,
    signature: request.headers.get("x-cal-signature-256"),
    body: await request.text(),
    env: Deno.env.toObject(),
    version: VERSION,
  }, { status: 201, headers: { "x-echo": "yes" } });
});
`;

Deno.test("the stack", async (t) => {
  await using project = await makeFolder({
    "migrations/1_schema.sql": SMALL_SCHEMA,
    "seed.sql": "insert into public.notes (body) values ('from the seed');",
    "functions/echo/index.ts": ECHO,
    "functions/_shared/index.ts": "throw new Error('never started');",
    "functions/_shared/version.ts": "export const VERSION = 1;",
    "functions/notes/README.txt": "",
  });
  const lines: string[] = [];
  const stack = await startStack({
    port: 0,
    data: "memory",
    supabase: project.path,
    seed: true,
    functions: true,
    env: { EXTRA: "given" },
    log: (line) => lines.push(line),
  });

  try {
    await t.step("each key has the rights of its role, as granted by the migrations", async () => {
      const { publishableKey, secretKey } = stack;
      assertEquals(await rest(stack, "notes?select=body", { apikey: secretKey }), {
        status: 200,
        body: [{ body: "from the seed" }],
      });
      const denied = { code: "42501", details: null, hint: null };
      assertEquals(await rest(stack, "notes", { apikey: publishableKey }), {
        status: 401,
        body: { ...denied, message: "permission denied for table notes" },
      });
      assertEquals((await rest(stack, "secrets", { apikey: secretKey })).status, 403);
      assertEquals((await rest(stack, "rpc/whoami", { apikey: publishableKey })).body, "anon");
      assertEquals((await rest(stack, "rpc/whoami", { apikey: secretKey })).body, "service_role");
      for (const headers of [{}, { apikey: "sb_secret_wrong" }]) {
        assertEquals((await rest(stack, "rpc/whoami", headers)).status, 401);
      }
      assertEquals(
        await stack.sql(
          `select grantee, table_name, privilege_type from information_schema.role_table_grants
           where grantee in ('anon', 'authenticated', 'service_role') and table_schema = 'public'
           order by privilege_type, table_name`,
        ),
        ["INSERT", "SELECT"].flatMap((privilege_type) =>
          ["notes", "values"].map((table_name) => ({
            grantee: "service_role",
            table_name,
            privilege_type,
          }))
        ),
      );
    });

    await t.step("every JSON value and bytes arrive over REST as they are", async () => {
      for (const value of [false, true, [true], { a: [1, null] }, 5, "text"]) {
        const answer = await fetch(`${stack.url}/rest/v1/values`, {
          method: "POST",
          headers: {
            apikey: stack.secretKey,
            "content-type": "application/json",
            prefer: "return=representation",
          },
          body: JSON.stringify({ json: value, is_on: true, bytes: "\\x00ff" }),
        });
        assertEquals(await answer.json(), [{ json: value, is_on: true, bytes: "\\x00ff" }]);
      }
    });

    await t.step("only Studio's own page works without a key", async () => {
      const own = { "sec-fetch-site": "same-origin" };
      const refused = {
        anotherPage: { origin: "https://evil.example", "sec-fetch-site": "cross-site" },
        pageThatClaims: { ...own, origin: "https://evil.example" },
        anotherPort: { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" },
        program: { "user-agent": "curl/8" },
        programWithOrigin: { origin: stack.url },
        reboundName: { ...own, host: `evil.example:${new URL(stack.url).port}` },
        tunnel: { ...own, "x-forwarded-for": "203.0.113.9" },
      };
      for (const [name, headers] of Object.entries(refused)) {
        const { status, body } = await rest(stack, "notes", headers);
        assert(status === 401 || status === 403, `${name}: ${status} ${JSON.stringify(body)}`);
      }
      assertEquals((await rest(stack, "notes", own)).status, 200);
      assertEquals((await rest(stack, "notes", { ...own, origin: stack.url })).status, 200);
    });

    await t.step("a path that is spelled oddly is no way around the keys", async () => {
      for (
        const path of ["/%72est/v1/notes", "//rest/v1/notes", "/rest/v1%2fnotes", "/REST/v1/notes"]
      ) {
        for (const headers of [{}, { "sec-fetch-site": "same-origin" }]) {
          const { text } = await read(stack.url + path, headers);
          assert(!text.includes("from the seed"), path);
        }
      }
    });

    await t.step("Studio's page loads with its files, and in no frame", async () => {
      for (const path of ["/", "/editor/notes"]) {
        const page = await fetch(stack.url + path);
        const html = await page.text();
        assertEquals(page.headers.get("content-security-policy"), "frame-ancestors 'none'");
        const files = [...html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, file]) =>
          file
        );
        assert(files.length >= 3);
        for (const file of files) {
          const answer = await fetch(stack.url + file);
          assertEquals(answer.status, 200, file);
          assertMatch(answer.headers.get("content-type")!, /^(text|image)\//);
          await answer.body?.cancel();
        }
      }
      const own = { "sec-fetch-site": "same-origin" };
      assertEquals((await read(`${stack.url}/_system/info`, own)).status, 200);
      assertEquals((await read(`${stack.url}/_system/info`, {})).status, 404);
      assertEquals((await read(`${stack.url}/static/..%2findex.js`, {})).status, 404);
      assertEquals((await read(`${stack.url}/auth/v1/signup`, own)).status, 404);
    });

    await t.step("a function sees the request as on the platform", async () => {
      const answer = await fetch(`${stack.url}/functions/v1/echo/deep?region=eu`, {
        method: "POST",
        headers: { "x-cal-signature-256": "abc", "x-forwarded-for": "203.0.113.9" },
        body: '{"ü":1}',
      });
      const { env, version: _, ...seen } = await answer.json();

      assertEquals(answer.status, 201);
      assertEquals(answer.headers.get("x-echo"), "yes");
      assertEquals(seen, {
        method: "POST",
        path: "/echo/deep?region=eu",
        signature: "abc",
        body: '{"ü":1}',
      });
      assert(lines.includes("echo  handled /echo/deep"));
      assertEquals(
        Object.keys(env).filter((name) => !MACHINE.test(name)).sort(),
        [
          "CALCOM_WEBHOOK_SECRET",
          "EXTRA",
          "RECONCILE_SECRET",
          "RESEND_API_KEY",
          "RESEND_BASE_URL",
          "RESEND_WEBHOOK_SECRET",
          "SEND_EMAILS_SECRET",
          "SUPABASE_PUBLISHABLE_KEYS",
          "SUPABASE_SECRET_KEYS",
          "SUPABASE_URL",
        ],
      );
      assertEquals(JSON.parse(env.SUPABASE_SECRET_KEYS).default, stack.secretKey);
      assertEquals(env.RESEND_BASE_URL, stack.resendUrl);
      assertEquals(env.CALCOM_WEBHOOK_SECRET, stack.webhookSecret);
    });

    await t.step("a function reaches neither other machines nor files", async () => {
      assertEquals((await read(`${stack.url}/functions/v1/echo/outside`)).text, "NotCapable");
      assertEquals((await read(`${stack.url}/functions/v1/echo/read`)).text, "NotCapable");
    });

    await t.step("an answer that does not wait for the body gets through", async () => {
      const answer = await fetch(`${stack.url}/functions/v1/echo/refuse`, {
        method: "POST",
        body: new Uint8Array(8 * 1024 * 1024),
      });
      assertEquals(answer.status, 413);
    });

    await t.step("who is refused for the head of a request need not send the body", async () => {
      const { hostname, port } = new URL(stack.url);
      using connection = await Deno.connect({ hostname, port: Number(port) });
      const head = `POST /functions/v1/echo/refuse HTTP/1.1\r\nhost: ${hostname}\r\n` +
        "content-length: 1000\r\n\r\n";
      await connection.write(new TextEncoder().encode(head));
      const answer = new Uint8Array(100);
      await deadline(connection.read(answer), 5_000);
      assertMatch(new TextDecoder().decode(answer), /^HTTP\/1\.1 413 /);
    });

    await t.step("a body that nobody would take is kept by nobody", async () => {
      const { secretKey } = stack;
      for (
        const [path, headers] of [
          ["functions/v1/echo", {}],
          ["auth/v1/otp", {}],
          ["auth/v1/verify", {}],
          ["auth/v1/admin/users", { apikey: secretKey, authorization: `Bearer ${secretKey}` }],
          ["rest/v1/notes", { apikey: secretKey }],
          ["resend/emails", { authorization: `Bearer ${stack.resendApiKey}` }],
        ] as const
      ) {
        const bytes = new Uint8Array(17 * 1024 * 1024);
        // A stream is sent in chunks, and its length is not said.
        for (const body of [bytes, new Blob([bytes]).stream()]) {
          const answer = await fetch(`${stack.url}/${path}`, {
            method: "POST",
            headers: { ...headers, "content-type": "application/json" },
            body,
          });
          assertEquals([answer.status, (await answer.json()).code], [413, "TOO_LARGE"], path);
        }
      }
    });

    await t.step("there is no function but those with an index.ts", async () => {
      assertEquals(stack.functions, ["echo"]);
      for (const name of ["nothing", "_shared", "notes", ""]) {
        const { status, text } = await read(`${stack.url}/functions/v1/${name}`);
        assertEquals(status, 404);
        assertEquals(JSON.parse(text).code, "NOT_FOUND");
      }
    });

    await t.step("a function that dies comes back with the next request", async () => {
      await read(`${stack.url}/functions/v1/echo/die`);
      await poll(() => lines.some((line) => line.includes("Uncaught Error: died")), Boolean);

      assertEquals((await read(`${stack.url}/functions/v1/echo`)).status, 201);
    });

    await t.step("a function is loaded again when a file that it imports changes", async () => {
      const file = join(project.path, "functions/_shared/version.ts");
      const version = async () => {
        const { status, text } = await read(`${stack.url}/functions/v1/echo`);
        return status === 201 ? JSON.parse(text).version : status;
      };
      for (const [text, expected] of [["2", 2], ["", 503], ["3", 3]] as const) {
        await Deno.writeTextFile(file, `export const VERSION = ${text};`);
        await poll(version, (actual) => actual === expected, { interval: 50 });
      }
      assert(lines.includes("functions  are loaded again: version.ts has changed"));
      assert(lines.includes("echo  did not start; mend it and it is loaded again"));
    });

    await t.step("any client may do what the SQL editor of Supabase may, and no more", async () => {
      const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} });
      try {
        const [role] = await sql`
          select current_user as name, r.rolsuper, r.rolcreaterole, r.rolbypassrls,
            pg_catalog.pg_get_userbyid(d.datdba) as owner, lower('ÄÖ') as lower
          from pg_catalog.pg_roles as r, pg_catalog.pg_database as d
          where r.rolname = current_user and d.datname = current_database()`;
        assertEquals({ ...role }, {
          name: "postgres",
          rolsuper: false,
          rolcreaterole: true,
          rolbypassrls: true,
          owner: "postgres",
          lower: "äö",
        });
        await sql.unsafe(`
          create extension pgcrypto with schema extensions;
          create table public.mine (id int);
          drop table public.mine;
          set role anon; reset role`);
      } finally {
        await sql.end();
      }
      const wrong = postgres(stack.databaseUrl.replace(/:[0-9a-f]+@/, ":wrong@"), { max: 1 });
      await assertRejects(() => wrong`select`);
      await wrong.end();
    });

    await t.step("REST knows what was changed in the schema since the start", async () => {
      await rest(stack, "notes", { apikey: stack.secretKey });
      await stack.sql(
        "create table public.later (id int); grant select on public.later to service_role",
      );
      const query = () => rest(stack, "later", { apikey: stack.secretKey });
      await poll(query, ({ status }) => status === 200, { interval: 20 });
      await stack.sql("drop table public.later");
      await poll(query, ({ status }) => status === 404, { interval: 20 });
    });

    await t.step("mail goes from the sandbox to the inbox", async () => {
      const send = (from: string) =>
        fetch(`${stack.resendUrl}/emails`, {
          method: "POST",
          headers: { authorization: `Bearer ${stack.resendApiKey}` },
          body: JSON.stringify({ from, to: "a@customer.example", subject: "Hello", text: "Yes" }),
        });
      const accepted = await send("team@brand.example");
      const refused = await send("team@other.example");
      await stack.sql("insert into public.senders values ('team@other.example')");
      const acceptedNow = await send("team@other.example");

      assertEquals([accepted.status, refused.status, acceptedNow.status], [200, 403, 200]);
      await refused.body?.cancel();
      await acceptedNow.body?.cancel();
      const { id } = await accepted.json();
      const messages = JSON.parse((await read(`${stack.inboxUrl}/messages`)).text);
      assertEquals(messages.length, 2);
      assertEquals(messages[1].id, id);
      assertEquals(stack.sandbox.messages()[1]!.id, id);
      assertEquals((await read(stack.inboxUrl)).status, 200);
    });

    await t.step("another page reads no mail", async () => {
      const url = `${stack.inboxUrl}/messages`;
      assertEquals((await read(url, { origin: "https://evil.example" })).status, 403);
      assertEquals((await read(url, { host: "evil.example" })).status, 403);
      assertEquals((await read(url, { "x-forwarded-for": "203.0.113.9" })).status, 403);
    });
  } finally {
    await stack.close();
  }
  await assertRejects(() => fetch(stack.url));
});

/** What Deno needs, and what says where the function listens. */
const MACHINE = /^(HOME|PATH|DENO_.*|XDG_CACHE_HOME|TMPDIR|NO_COLOR|PWD|OLDPWD|SHLVL|_)$/;

async function rest(stack: Stack, path: string, headers: Record<string, string>) {
  const { status, text } = await read(`${stack.url}/rest/v1/${path}`, headers);
  return { status, body: JSON.parse(text) };
}

/** Through node:http, because `fetch` sends no Host but the true one. */
function read(url: string, headers: Record<string, string> = {}) {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    request(url, { headers, agent: false }, async (answer) => {
      let text = "";
      for await (const part of answer.setEncoding("utf8")) text += part;
      resolve({ status: answer.statusCode!, text });
    }).on("error", reject).end();
  });
}
