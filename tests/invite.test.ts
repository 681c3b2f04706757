import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { createClient } from "npm:@supabase/supabase-js@2.119.1";
import { join } from "node:path";
import { writeEnvFile } from "../local/running-stack.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { runCommand } from "./support/apis.ts";
import { makeFolder } from "./support/stack.ts";

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory", apis: true });
});
Deno.test.afterAll(() => stack.close());

const output: string[] = [];

/** `task invite` with the keys of the stack, as of a project. */
async function invite(args: string[], env?: Record<string, string>) {
  const project = { SUPABASE_URL: stack.url, SUPABASE_SECRET_KEY: stack.secretKey };
  return await runCommand({ env: env ?? project, output }, "invite", args);
}

async function listMembers(): Promise<unknown[]> {
  return await stack.sql(
    "select m.email, m.name, m.role from public.members as m order by m.invited_at, m.email",
  );
}

/** Signs in with the code that arrives in the inbox. @returns what the board knows about who that is */
async function signIn(email: string): Promise<unknown> {
  const client = createClient(stack.url, stack.publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  const asked = await client.auth.signInWithOtp({ email, options: { shouldCreateUser: false } });
  assertEquals(asked.error, null);
  const inbox = await (await fetch(`${stack.inboxUrl}/messages`)).json();
  assertEquals(inbox[0].to, [email]);
  const token = /\b\d{6}\b/.exec(inbox[0].html.replaceAll(/<[^>]*>/g, " "))![0];
  const { error } = await client.auth.verifyOtp({ email, token, type: "email" });
  assertEquals(error, null);
  return (await client.rpc("board_me")).data;
}

Deno.test("who is invited signs in with a code, in the role that was given", async () => {
  const { code, text } = await invite(["Sam@Team.example", "--role", "sales", "--name", "Sam"]);
  assertEquals(code, 0, text);
  assertMatch(text, /^sam@team\.example may use the board, as sales\.$/m);
  assertMatch(text, new RegExp(`^The project is ${stack.url}\\.$`, "m"));
  const me = await signIn("sam@team.example") as Record<string, unknown>;
  assertEquals([me.email, me.role, me.name], ["sam@team.example", "sales", "Sam"]);

  await invite(["vera@team.example"]);
  const vera = await signIn("vera@team.example") as Record<string, unknown>;
  assertEquals(vera.role, "viewer", "nobody gets more than was said");
});

Deno.test("invited again, only the role changes, and the last operator stays", async () => {
  const before = await listMembers();
  const again = await invite(["sam@team.example"]);
  assertEquals([again.code, /already, as sales/.test(again.text)], [0, true], again.text);
  assertEquals(await listMembers(), before);

  const raised = await invite(["sam@team.example", "--role", "operator"]);
  assertMatch(raised.text, /may use the board as operator now, and was sales/);
  // Two of them: one may go.
  assertEquals((await invite([stack.member.email, "--role", "viewer"])).code, 0);
  const last = await invite(["sam@team.example", "--role", "sales"]);
  assertEquals(last.code, 1);
  assertMatch(
    last.text,
    /^sam@team\.example is the last operator of the board: let another one in/,
  );
  assertEquals(
    (await listMembers() as { email: string; role: string }[]).map(({ role }) => role).toSorted(),
    ["operator", "viewer", "viewer"],
  );
});

Deno.test("stopped between account and member it goes on", async () => {
  await invite(["nora@team.example"]);
  await stack.sql("delete from public.members where email = 'nora@team.example'");
  const { code, text } = await invite(["nora@team.example", "--role", "sales"]);
  assertEquals([code, /may use the board, as sales/.test(text)], [0, true], text);
  const rows = await stack.sql("select from auth.users where email = 'nora@team.example'");
  assertEquals(rows.length, 1);
  await signIn("nora@team.example");
});

Deno.test("a stranger who had signed up under the address keeps no password", async () => {
  await stack.sql(`
    insert into auth.users (id, email, encrypted_password)
    values (gen_random_uuid(), 'otto@team.example', 'known to a stranger')`);
  assertEquals((await invite(["otto@team.example"])).code, 0);
  const [user] = await stack.sql<{ password: string; is_confirmed: boolean }>(`
    select encrypted_password as password, email_confirmed_at is not null as is_confirmed
    from auth.users where email = 'otto@team.example'`);
  assertEquals([user!.password === "known to a stranger", user!.is_confirmed], [false, true]);
});

Deno.test("it finds the project by the file of a stack, or with an access token", async () => {
  await using folder = await makeFolder();
  const file = join(folder.path, "local.env");
  const remove = await writeEnvFile(stack, file);
  const byFile = await invite(["file@team.example", "--env", file], {});
  assertEquals([byFile.code, byFile.text.includes("may use the board")], [0, true], byFile.text);
  await remove();

  const { CALCOM_API_KEY: _, RESEND_API_KEY: __, ...env } = stack.apis!.env;
  const byToken = await invite(["token@team.example"], env);
  assertEquals([byToken.code, byToken.text.includes("may use the board")], [0, true], byToken.text);
});

Deno.test("what cannot be is refused in a sentence, and nothing is made", async () => {
  const before = await listMembers();
  const users = await stack.sql("select from auth.users");
  const project = { SUPABASE_URL: stack.url, SUPABASE_SECRET_KEY: stack.secretKey };
  for (
    const [args, env, message] of [
      [[], project, /^Say whom to let in: an address\. See --help\.$/m],
      [["sam"], project, /"sam" is no mail address/],
      [["a@team.example", "b@team.example"], project, /What is "b@team\.example"\?/],
      [["a@team.example", "--role", "boss"], project, /--role takes viewer, sales, operator/],
      [["a@team.example", "--port", "1"], project, /The local stack is not running.* task start/],
      [
        ["a@team.example"],
        { ...project, SUPABASE_SECRET_KEY: "sb_secret_of_somebody_else" },
        /does not take this secret key \(401\)\. Set SUPABASE_SECRET_KEY/,
      ],
      [
        ["a@team.example"],
        { ...project, SUPABASE_SECRET_KEY: stack.publishableKey },
        /no Supabase Auth at this address \(404\): look at SUPABASE_URL/,
      ],
      [
        ["a@team.example"],
        { ...project, SUPABASE_URL: "http://127.0.0.1:9" },
        /Supabase Auth cannot be reached at http:\/\/127\.0\.0\.1:9\./,
      ],
    ] as const
  ) {
    const { code, text } = await invite([...args], env);
    assertEquals(code, 1, text);
    assertMatch(text, message);
    assert(!/\n\s+at .*\.ts/.test(text), text);
  }
  assertEquals(await listMembers(), before);
  assertEquals((await stack.sql("select from auth.users")).length, users.length);
});

Deno.test("what a project answers that is paused, restricted or older is told", async () => {
  let answer = () => new Response();
  let rest = () => new Response();
  await using project = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => new URL(request.url).pathname.startsWith("/rest/") ? rest() : answer(),
  );
  const env = {
    SUPABASE_URL: `http://127.0.0.1:${project.addr.port}`,
    SUPABASE_SECRET_KEY: "sb_secret_of_this_project",
  };
  const refuse = (status: number, body: unknown = {}) => () => Response.json(body, { status });
  const user = () => Response.json({ id: crypto.randomUUID(), email: "a@team.example" });
  for (
    const [auth, table, message] of [
      [refuse(540), rest, /The project is paused \(540\): restore it/],
      [
        refuse(402, { message: "exceed_egress_quota" }),
        rest,
        /lets the project answer nothing \(402\): exceed_egress_quota Look at the billing/,
      ],
      [
        refuse(400, { code: 400, error_code: "validation_failed", msg: "Unable to validate" }),
        rest,
        /makes no account for this address \(400\): Unable to validate/,
      ],
      [
        user,
        refuse(404, { code: "PGRST205", message: "Could not find the table" }),
        /has no table members: its migrations are older\. Run .* task connect/,
      ],
      [
        user,
        refuse(403, { code: "42501", message: "permission denied for table members" }),
        /does not take this secret key \(403\)/,
      ],
    ] as const
  ) {
    [answer, rest] = [auth, table];
    const { code, text } = await invite(["a@team.example"], env);
    assertEquals(code, 1, text);
    assertMatch(text, message);
    assert(!text.includes(env.SUPABASE_SECRET_KEY), text);
  }
});

Deno.test("no key is told", () => {
  const all = output.join("\n");
  const keys = [stack.secretKey, stack.publishableKey, ...Object.values(stack.apis!.env)]
    .filter((value) => /^(sb_|sbp_|re_|cal_)/.test(value));
  assert(keys.length >= 4);
  for (const key of keys) assert(!all.includes(key), "a key was told");
});
