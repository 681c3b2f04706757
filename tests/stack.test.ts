import assert from "node:assert/strict";
import { request } from "node:http";
import { makeFolder, SMALL_SCHEMA } from "./stack-testing.ts";
import { type Stack, startStack } from "./stack.ts";

const ECHO = `
Deno.serve(async (request) => {
  const { pathname, search } = new URL(request.url);
  if (pathname.endsWith("/die")) setTimeout(() => Deno.exit(3), 20);
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
    pid: Deno.pid,
  }, { status: 201, headers: { "x-echo": "yes" } });
});
`;

Deno.test("the stack", async (t) => {
  await using project = await makeFolder({
    "migrations/1_schema.sql": SMALL_SCHEMA,
    "seed.sql": "insert into public.notes (body) values ('from the seed');",
    "functions/echo/index.ts": ECHO,
    "functions/_shared/index.ts": "throw new Error('never started');",
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
      assert.deepEqual(await rest(stack, "notes?select=body", { apikey: secretKey }), {
        status: 200,
        body: [{ body: "from the seed" }],
      });
      const denied = { code: "42501", details: null, hint: null };
      assert.deepEqual(await rest(stack, "notes", { apikey: publishableKey }), {
        status: 401,
        body: { ...denied, message: "permission denied for table notes" },
      });
      assert.equal((await rest(stack, "secrets", { apikey: secretKey })).status, 403);
      assert.equal((await rest(stack, "rpc/whoami", { apikey: publishableKey })).body, "anon");
      assert.equal((await rest(stack, "rpc/whoami", { apikey: secretKey })).body, "service_role");
      assert.deepEqual(
        await stack.sql(
          `select grantee, table_name, privilege_type from information_schema.role_table_grants
           where grantee in ('anon', 'authenticated', 'service_role') and table_schema = 'public'
           order by privilege_type`,
        ),
        ["INSERT", "SELECT"].map((privilege_type) => ({
          grantee: "service_role",
          table_name: "notes",
          privilege_type,
        })),
      );
    });

    await t.step("without a valid key there is nothing", async () => {
      assert.equal((await rest(stack, "notes", {})).status, 401);
      assert.equal((await rest(stack, "notes", { apikey: "sb_secret_wrong" })).status, 401);
      assert.equal((await rest(stack, "rpc/whoami", {})).status, 401);
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
        assert.ok(status === 401 || status === 403, `${name}: ${status} ${JSON.stringify(body)}`);
      }
      assert.equal((await rest(stack, "notes", own)).status, 200);
      assert.equal((await rest(stack, "notes", { ...own, origin: stack.url })).status, 200);
    });

    await t.step("a path that is spelled oddly is no way around the keys", async () => {
      for (
        const path of ["/%72est/v1/notes", "//rest/v1/notes", "/rest/v1%2fnotes", "/REST/v1/notes"]
      ) {
        for (const headers of [{}, { "sec-fetch-site": "same-origin" }]) {
          const { text } = await read(stack.url + path, headers);
          assert.ok(!text.includes("from the seed"), path);
        }
      }
    });

    await t.step("Studio's page loads with its files, and in no frame", async () => {
      for (const path of ["/", "/editor/notes"]) {
        const page = await fetch(stack.url + path);
        const html = await page.text();
        assert.equal(page.headers.get("content-security-policy"), "frame-ancestors 'none'");
        const files = [...html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g)].map(([, file]) =>
          file
        );
        assert.ok(files.length >= 3);
        for (const file of files) {
          const answer = await fetch(stack.url + file);
          assert.equal(answer.status, 200, file);
          assert.match(answer.headers.get("content-type")!, /^(text|image)\//);
          await answer.body?.cancel();
        }
      }
      const own = { "sec-fetch-site": "same-origin" };
      assert.equal((await read(`${stack.url}/_system/info`, own)).status, 200);
      assert.equal((await read(`${stack.url}/_system/info`, {})).status, 404);
      assert.equal((await read(`${stack.url}/static/..%2findex.js`, {})).status, 404);
      assert.equal((await read(`${stack.url}/auth/v1/signup`, own)).status, 404);
    });

    await t.step("a function sees the request as on the platform", async () => {
      const answer = await fetch(`${stack.url}/functions/v1/echo/deep?region=eu`, {
        method: "POST",
        headers: { "x-cal-signature-256": "abc", "x-forwarded-for": "203.0.113.9" },
        body: '{"ü":1}',
      });
      const { env, pid: _, ...seen } = await answer.json();

      assert.equal(answer.status, 201);
      assert.equal(answer.headers.get("x-echo"), "yes");
      assert.deepEqual(seen, {
        method: "POST",
        path: "/echo/deep?region=eu",
        signature: "abc",
        body: '{"ü":1}',
      });
      assert.ok(lines.includes("[echo] handled /echo/deep"));
      assert.deepEqual(
        Object.keys(env).filter((name) => !MACHINE.test(name)).sort(),
        [
          "CALCOM_WEBHOOK_SECRET",
          "EXTRA",
          "RESEND_API_KEY",
          "RESEND_BASE_URL",
          "RESEND_WEBHOOK_SECRET",
          "SUPABASE_PUBLISHABLE_KEYS",
          "SUPABASE_SECRET_KEYS",
          "SUPABASE_URL",
        ],
      );
      assert.equal(JSON.parse(env.SUPABASE_SECRET_KEYS).default, stack.secretKey);
      assert.equal(env.RESEND_BASE_URL, stack.resendUrl);
      assert.equal(env.CALCOM_WEBHOOK_SECRET, stack.webhookSecret);
    });

    await t.step("a function reaches neither other machines nor files", async () => {
      assert.equal((await read(`${stack.url}/functions/v1/echo/outside`)).text, "NotCapable");
      assert.equal((await read(`${stack.url}/functions/v1/echo/read`)).text, "NotCapable");
    });

    await t.step("an answer that does not wait for the body gets through", async () => {
      const answer = await fetch(`${stack.url}/functions/v1/echo/refuse`, {
        method: "POST",
        body: new Uint8Array(8 * 1024 * 1024),
      });
      assert.equal(answer.status, 413);
    });

    await t.step("there is no function but those with an index.ts", async () => {
      assert.deepEqual(stack.functions, ["echo"]);
      for (const name of ["nothing", "_shared", "notes", ""]) {
        const { status, text } = await read(`${stack.url}/functions/v1/${name}`);
        assert.equal(status, 404);
        assert.equal(JSON.parse(text).code, "NOT_FOUND");
      }
    });

    await t.step("a function that dies comes back", async () => {
      const before = JSON.parse((await read(`${stack.url}/functions/v1/echo`)).text).pid;
      await read(`${stack.url}/functions/v1/echo/die`);
      let after;
      for (let i = 0; i < 100 && (after === undefined || after === before); i++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        const { status, text } = await read(`${stack.url}/functions/v1/echo`);
        if (status === 201) after = JSON.parse(text).pid;
      }

      assert.notEqual(after, undefined);
      assert.notEqual(after, before);
      assert.ok(lines.some((line) => line.startsWith("[echo] ended (code 3)")));
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

      assert.deepEqual([accepted.status, refused.status, acceptedNow.status], [200, 403, 200]);
      await refused.body?.cancel();
      await acceptedNow.body?.cancel();
      const { id } = await accepted.json();
      const messages = JSON.parse((await read(`${stack.inboxUrl}/messages`)).text);
      assert.equal(messages.length, 2);
      assert.equal(messages[1].id, id);
      assert.equal(stack.sandbox.messages()[1]!.id, id);
      assert.equal((await read(stack.inboxUrl)).status, 200);
    });

    await t.step("another page reads no mail", async () => {
      const url = `${stack.inboxUrl}/messages`;
      assert.equal((await read(url, { origin: "https://evil.example" })).status, 403);
      assert.equal((await read(url, { host: "evil.example" })).status, 403);
      assert.equal((await read(url, { "x-forwarded-for": "203.0.113.9" })).status, 403);
    });

    await t.step("a port in use is a sentence", async () => {
      const port = Number(new URL(stack.url).port);
      await assert.rejects(
        () => startStack({ port, data: "memory" }),
        /^StackError: Port \d+ of 127\.0\.0\.1 is in use/,
      );
    });
  } finally {
    await stack.close();
  }
  await assert.rejects(() => fetch(stack.url));
});

/** What Deno needs, and what says where the function listens. */
const MACHINE =
  /^(HOME|PATH|DENO_.*|XDG_CACHE_HOME|TMPDIR|NO_COLOR|USERPROFILE|.*APPDATA|SystemRoot|TE?MP)$/;

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
