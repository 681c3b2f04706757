import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { poll } from "npm:deno-std@1.4.0/async/poll.js";
import { createClient } from "npm:@supabase/supabase-js@2.119.1";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { makeFolder } from "./support/stack.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";

const MEMBER = "operator@team.example";

Deno.test("people sign in with a code that comes by mail", async (t) => {
  const stack = await startStack({ port: 0, data: "memory" });
  try {
    await t.step("the code arrives in the inbox, and nothing else than the code", async () => {
      const { auth } = connect(stack);
      assertEquals((await ask(auth, ` ${MEMBER.toUpperCase()} `.trim())).error, null);

      const [mail, ...others] = await readInbox(stack);
      assertEquals(others, []);
      assertEquals(mail!.to, [MEMBER]);
      assertEquals(mail!.from, "team@outboundsolutions.com");
      assertEquals(mail!.subject, "Your code to sign in");
      assertMatch(mail!.html, /\b\d{6}\b/);
      assertEquals(/href|http|token/i.exec(mail!.html), null);
    });

    await t.step("with it they are signed in, and it counts once", async () => {
      const { auth } = connect(stack);
      const code = await readCode(stack);
      const { data, error } = await auth.verifyOtp({ email: MEMBER, token: code, type: "email" });
      assertEquals(error, null);
      assertEquals([data.user?.email, data.user?.role], [MEMBER, "authenticated"]);
      assertEquals((await auth.getUser()).data.user?.id, data.user!.id);

      const again = await connect(stack).auth.verifyOtp({
        email: MEMBER,
        token: code,
        type: "email",
      });
      assertEquals([again.error?.status, again.error?.code], [403, "otp_expired"]);
      assertEquals(again.data.session, null);
    });

    await t.step("a code that is wrong, old or somebody else's lets nobody in", async () => {
      const { auth } = connect(stack);
      await stack.invite({ email: "sales@team.example", name: "Sam Sales", role: "sales" });
      await ask(auth, MEMBER);
      const code = await readCode(stack);
      const isRefused = async (email: string, token: string) => {
        const { data, error } = await auth.verifyOtp({ email, token, type: "email" });
        return data.session === null && error?.code === "otp_expired";
      };
      assert(await isRefused(MEMBER, code === "000000" ? "000001" : "000000"));
      assert(await isRefused("sales@team.example", code));
      assert(await isRefused("nobody@team.example", code));
      await stack.sql(`update auth.users set recovery_sent_at = now() - interval '16 minutes'`);
      assert(await isRefused(MEMBER, code));
      await stack.sql(`update auth.users set recovery_sent_at = now() - interval '14 minutes'`);
      assert(!await isRefused(MEMBER, code));
    });

    await t.step("a code is void after five wrong tries, and codes are sent so often", async () => {
      const { auth } = connect(stack);
      await stack.invite({ email: "vera@team.example", name: "Vera", role: "viewer" });
      const email = "vera@team.example";
      const verify = async (token: string) =>
        (await auth.verifyOtp({ email, token, type: "email" })).error?.code;
      await ask(auth, email);
      const code = await readCode(stack);
      const wrong = code === "000000" ? "000001" : "000000";
      for (let i = 0; i < 5; i++) assertEquals(await verify(wrong), "otp_expired");
      assertEquals(await verify(code), "otp_expired");

      for (let i = 0; i < 29; i++) assertEquals((await ask(auth, email)).error, null);
      const { error } = await ask(auth, email);
      assertEquals([error?.status, error?.code], [429, "over_email_send_rate_limit"]);
      assertEquals(await verify(await readCode(stack)), undefined);
    });

    await t.step("only the newest code counts", async () => {
      const { auth } = connect(stack);
      await ask(auth, MEMBER);
      const first = await readCode(stack);
      await ask(auth, MEMBER);
      const second = await readCode(stack);
      if (first !== second) {
        const { error } = await auth.verifyOtp({ email: MEMBER, token: first, type: "email" });
        assertEquals(error?.code, "otp_expired");
      }
      const { error } = await auth.verifyOtp({ email: MEMBER, token: second, type: "email" });
      assertEquals(error, null);
    });

    await t.step("a stranger gets the same answer, no mail and no account", async () => {
      const before = await readInbox(stack);
      const known = await post(stack, "otp", { email: MEMBER, create_user: false });
      assertEquals((await readInbox(stack)).length, before.length + 1);
      for (const create_user of [false, true, undefined]) {
        const stranger = await post(stack, "otp", { email: "stranger@evil.example", create_user });
        assertEquals(stranger, known);
      }
      assertEquals((await readInbox(stack)).length, before.length + 1);
      assertEquals(await countUsers(stack, "stranger@evil.example"), 0);
    });

    await t.step("nobody signs up, and nobody comes in another way", async () => {
      const { auth } = connect(stack);
      const email = "stranger@evil.example";
      const { data, error } = await auth.signUp({ email, password: "a long password" });
      assertEquals([data.user, error?.status, error?.code], [null, 422, "signup_disabled"]);
      for (
        const [path, body] of [
          ["magiclink", { email }],
          ["recover", { email: MEMBER }],
          ["resend", { email: MEMBER, type: "signup" }],
          ["token?grant_type=password", { email: MEMBER, password: "" }],
          ["admin/users", { email }],
        ] as const
      ) {
        assertEquals((await post(stack, path, body)).status, 404, path);
      }
      assertEquals(await countUsers(stack, email), 0);
    });

    await t.step("without a key there is nothing, from whichever page", async () => {
      for (
        const headers of [{}, { "sec-fetch-site": "same-origin" }, { apikey: "sb_secret_wrong" }]
      ) {
        const answer = await post(stack, "otp", { email: MEMBER }, headers);
        assertEquals(answer.status, 401);
      }
    });

    await t.step("who is signed in reaches REST as authenticated, with the claims", async () => {
      await stack.sql(`
        create function public.who() returns jsonb language sql stable set search_path = '' as $$
          select jsonb_build_object(
            'role', current_user, 'uid', auth.uid(),
            'claims', nullif(current_setting('request.jwt.claims', true), '')::jsonb
          )
        $$;
        revoke execute on function public.who() from public;
        grant execute on function public.who() to authenticated, service_role;`);
      const client = connect(stack);
      await poll(async () => await client.rpc("who"), ({ error }) => error?.code === "42501", {
        interval: 20,
      });

      const id = await signIn(stack, client);
      const { data, error } = await client.rpc("who");
      assertEquals(error, null);
      assertEquals([data.role, data.uid, data.claims.sub], ["authenticated", id, id]);
      assertEquals([data.claims.email, data.claims.role], [MEMBER, "authenticated"]);
      assert(data.claims.exp > Date.now() / 1000 + 3500 && data.claims.session_id);
    });

    await t.step("a token goes on with its refresh token, and ends with signing out", async () => {
      const client = connect(stack);
      await signIn(stack, client);
      const before = (await client.auth.getSession()).data.session!;
      const { data, error } = await client.auth.refreshSession();
      assertEquals(error, null);
      assert(data.session!.refresh_token !== before.refresh_token);
      assertEquals((await client.rpc("who")).data.role, "authenticated");

      await client.auth.signOut();
      const other = connect(stack);
      const { refresh_token } = data.session!;
      assert((await other.auth.refreshSession({ refresh_token })).error !== null);
    });

    await t.step("a token that is old or not ours is refused", async () => {
      const sub = crypto.randomUUID();
      const ask = async (token: string) => {
        const answer = await fetch(`${stack.url}/rest/v1/rpc/who`, {
          method: "POST",
          headers: { apikey: stack.publishableKey, authorization: `Bearer ${token}` },
        });
        await answer.body?.cancel();
        return answer.status;
      };
      const soon = Math.floor(Date.now() / 1000) + 60;
      const claims = { sub, aud: "authenticated", role: "authenticated" };
      assertEquals(await ask(sign({ ...claims, exp: soon }, stack.jwtSecret)), 200);
      assertEquals(await ask(sign({ ...claims, exp: soon - 120 }, stack.jwtSecret)), 401);
      // What @supabase/lite signs with unless it is told otherwise.
      for (const secret of ["unsafe-secret-change-me", ""]) {
        const forged = { ...claims, role: "service_role", exp: soon };
        assertEquals(await ask(sign(forged, secret)), 401);
      }
    });

    await t.step("what Auth keeps is not in REST, not even with the secret key", async () => {
      for (const [table, schema] of [["users", "auth"], ["auth.users", "public"]]) {
        const answer = await fetch(`${stack.url}/rest/v1/${table}`, {
          headers: { apikey: stack.secretKey, "accept-profile": schema! },
        });
        assert(answer.status >= 400, `${schema} ${table}`);
        await answer.body?.cancel();
      }
    });
  } finally {
    await stack.close();
  }
});

Deno.test("a member stays a member, with the same id and session, between starts", async () => {
  await using folder = await makeFolder();
  const data = join(folder.path, "data");
  const read = async (stack: Stack) =>
    await stack.sql<{ id: string; email: string }>(
      "select id, email from auth.users order by email",
    );

  const first = await startStack({ port: 0, data });
  await first.invite({ email: "viewer@team.example", name: "Vera Viewer", role: "viewer" });
  const before = await read(first);
  const client = connect(first);
  await signIn(first, client);
  const { access_token } = (await client.auth.getSession()).data.session!;
  await first.close();

  const second = await startStack({ port: 0, data });
  try {
    assertEquals(await read(second), before);
    assertEquals(before.map(({ email }) => email), [MEMBER, "viewer@team.example"]);
    assertEquals((await connect(second).auth.getUser(access_token)).data.user?.email, MEMBER);
  } finally {
    await second.close();
  }
});

type Client = ReturnType<typeof connect>;

/** A client as a page has one, with the key that anybody may see. */
function connect(stack: Stack) {
  return createClient(stack.url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
}

async function ask(auth: Client["auth"], email: string) {
  return await auth.signInWithOtp({ email, options: { shouldCreateUser: false } });
}

async function signIn(stack: Stack, { auth }: Client): Promise<string> {
  await ask(auth, MEMBER);
  const token = await readCode(stack);
  const { data, error } = await auth.verifyOtp({ email: MEMBER, token, type: "email" });
  assertEquals(error, null);
  return data.user!.id;
}

async function readInbox(stack: Stack) {
  const answer = await fetch(`${stack.inboxUrl}/messages`);
  return await answer.json() as { to: string[]; from: string; subject: string; html: string }[];
}

/** The code in the newest mail. */
async function readCode(stack: Stack): Promise<string> {
  const [mail] = await readInbox(stack);
  return /\b\d{6}\b/.exec(mail!.html.replaceAll(/<[^>]*>/g, " "))![0];
}

async function countUsers(stack: Stack, email: string): Promise<number> {
  const rows = await stack.sql("select from auth.users where email = $1", [email]);
  return rows.length;
}

async function post(
  stack: Stack,
  path: string,
  body: unknown,
  headers: Record<string, string> = { apikey: stack.publishableKey },
) {
  const answer = await fetch(`${stack.url}/auth/v1/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: answer.status,
    text: await answer.text(),
    headers: [...answer.headers.keys()].filter((name) => name !== "date").toSorted(),
  };
}

function sign(claims: unknown, secret: string): string {
  const encode = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({
      alphabet: "base64url",
      omitPadding: true,
    });
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}
