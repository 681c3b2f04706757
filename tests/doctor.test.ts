import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { type Apis, KEYS, runCommand, SENDERS, serveApis, verifyDomains } from "./support/apis.ts";
import { SHARED, sharedServer } from "./support/database.ts";

const server = sharedServer();

interface Check {
  name: string;
  state: string;
  found: string;
  todo: string[];
}

/** A test with a project that is live. */
function test(name: string, fn: (apis: Apis) => Promise<void>): void {
  Deno.test({
    name,
    ...SHARED,
    fn: async () => {
      await using apis = await serveApis(await (await server()).createEmptyDatabase());
      verifyDomains(apis);
      await runCommand(apis, "connect", ["--yes"], {
        SENDERS,
        ALERT_ADDRESS: "ops@brightloom.example",
        BOARD_OPERATOR: "mara@brightloom.example",
      });
      await fn(apis);
    },
  });
}

async function doctor(apis: Apis, more: Record<string, string> = {}) {
  const { code, text } = await runCommand(apis, "doctor", ["--json"], more);
  const { state, checks } = JSON.parse(text) as { state: string; checks: Check[] };
  const find = (name: string) => checks.find((check) => check.name === name)!;
  return { code, state, checks, find };
}

test("all is well: exit code 0, a table, and the same as JSON", async (apis) => {
  const { code, text } = await runCommand(apis, "doctor");
  assertEquals(code, 0, text);
  assertMatch(text, /^ok +Supabase project +"Sales" in eu-central-1, healthy$/m);
  assertMatch(text, /^ok +failed_events +none$/m);
  assertMatch(text, /^\d+ ok, 0 warnings, 0 wrong\.$/m);

  const { checks, ...json } = await doctor(apis);
  assertEquals([json.code, json.state], [0, "ok"]);
  assertEquals(checks.map(({ name }) => name), [
    ...["project", "calcom_key", "resend_key", "migrations", "senders", "personal_domains"],
    ...["alerts", "resend_domains", "resend_webhook", "secrets", "functions", "vault", "schedule"],
    ...["calcom", "sign_in", "board", "door", "health", "advisors"],
  ]);
});

test("it only reads", async (apis) => {
  const changes: string[] = [];
  apis.onChange = (what) => void changes.push(what);
  const readLog = () =>
    apis.sql`select e.id, e.repeat_count from public.calcom_events as e order by e.id`;
  const before = [...await readLog()];
  const calls = apis.supabase.state.calls.length;
  await doctor(apis);
  assertEquals(changes, []);
  assertEquals([...await readLog()], before);

  // What cannot be told from a digest the door is asked.
  const { secrets } = apis.supabase.state;
  secrets.set(
    "CALCOM_WEBHOOK_SECRET",
    `another one of 16 letters,${secrets.get("CALCOM_WEBHOOK_SECRET")}`,
  );
  for (let run = 1; run <= 3; run++) assertEquals((await doctor(apis)).code, 0);
  await runCommand(apis, "connect", ["--yes", "--dry-run"]);
  assertEquals(changes, []);
  const asked = apis.supabase.state.calls.slice(calls).map(({ path }) => path);
  assert(asked.some((path) => path.endsWith("/config/auth")));
  assertEquals(
    asked.filter((path) => path.includes("api-keys")),
    [],
    "it needs no key of the project",
  );
  assertEquals([...await readLog()], before);
});

test("a token that can only read is enough, but for Vault and health", async (apis) => {
  apis.supabase.state.rights = new Set([
    ...["projects_read", "edge_functions_read", "edge_functions_secrets_read", "database_read"],
    "auth_config_read",
  ]);
  const { code, find } = await doctor(apis);
  for (
    const name of [
      ...["project", "migrations", "senders", "functions", "schedule", "calcom", "door"],
      ...["secrets", "sign_in", "board"],
    ]
  ) {
    assertEquals(find(name).state, "ok", `${name}: ${find(name).found}`);
  }
  for (const name of ["vault", "health"]) {
    assertEquals(find(name).state, "skipped", name);
    assertMatch(find(name).found, /token that can only read.*needs the permission database_write/);
  }
  assertEquals(code, 0);

  // The names of the secrets are compared all the same.
  apis.supabase.state.secrets.delete("SEND_EMAILS_SECRET");
  const missing = await doctor(apis);
  assertEquals(missing.code, 1);
  assertEquals(missing.find("secrets").found, "SEND_EMAILS_SECRET is missing");

  // Where it can read nothing either, that is wrong.
  apis.supabase.state.rights.delete("database_read");
  assertEquals((await doctor(apis)).find("migrations").state, "wrong");
});

test("what the database says is wrong is wrong, with what to do", async (apis) => {
  await apis.sql`update hosted.health set answer = ${
    apis.sql.json([
      { check: "failed_events", ok: true, since: null, detail: "none", what_to_do: null },
      {
        check: "waiting_emails",
        ok: false,
        since: "2026-11-26T08:00:00+00:00",
        detail: "3 mails wait",
        what_to_do: "select * from emails where status = 'due'",
      },
    ])
  }`;
  const { code, text } = await runCommand(apis, "doctor");
  assertEquals(code, 1);
  assertMatch(text, /^wrong +Health +1 of 2 checks of the database are not$/m);
  assertMatch(
    text,
    /^wrong +waiting_emails +3 mails wait \(since 2026-11-26T08:00:00\+00:00\)\n +→ select \* from emails/m,
  );
});

test("what Supabase's advisors say is told, where they may be asked", async (apis) => {
  const lint = {
    name: "rls_disabled_in_public",
    detail: "Table public.notes",
    remediation: "Do it",
  };
  const { state } = apis.supabase;
  state.lints.push({ ...lint, level: "INFO" });
  assertEquals((await doctor(apis)).find("advisors").state, "ok");
  state.lints.push({ ...lint, level: "ERROR" });
  const { code, text } = await runCommand(apis, "doctor");
  assertEquals(code, 1);
  assertMatch(text, /^wrong +rls_disabled_in_public +Table public\.notes\n +→ Do it$/m);

  state.fault = ({ path }) =>
    path.includes("/advisors/") ? Response.json({ message: "No" }, { status: 403 }) : null;
  const refused = await doctor(apis);
  assertEquals([refused.code, refused.find("advisors").state], [0, "skipped"]);
  assertMatch(refused.find("advisors").found, /give it the permission advisors_read/);
});

test("who gets in is told: nobody yet is a warning, anybody is wrong", async (apis) => {
  await apis.sql`delete from public.members`;
  const nobody = await doctor(apis);
  assertEquals([nobody.code, nobody.find("board").state], [0, "warning"]);
  assertEquals(nobody.find("board").found, "nobody may use it yet");
  assertMatch(
    nobody.find("board").todo.join(),
    /BOARD_OPERATOR.*task invite ADDRESS --role operator/,
  );

  apis.supabase.state.auth.disable_signup = false;
  const anybody = await doctor(apis);
  assertEquals([anybody.code, anybody.find("sign_in").state], [1, "wrong"]);
  assertEquals(anybody.find("sign_in").found, "anybody can sign up");
  assertMatch(anybody.find("sign_in").todo.join(), /task connect mends it/);

  // Whether the key of the codes is there only Resend can tell.
  apis.supabase.state.auth.disable_signup = true;
  apis.resend.state.keys = apis.resend.state.keys.filter(({ name }) => !name.endsWith("sign-in"));
  assertEquals((await doctor(apis)).find("sign_in").state, "warning");
  const without = await doctor(apis, { RESEND_API_KEY: "(none)" });
  assertEquals(without.find("sign_in").state, "ok");
});

test("a database without health has old migrations", async (apis) => {
  await apis.sql`drop function public.health()`;
  const { code, find } = await doctor(apis);
  assertEquals([code, find("health").found], [1, "the migrations are not up to date"]);
});

test("migrations that are missing are named", async (apis) => {
  await apis.sql`
    delete from supabase_migrations.schema_migrations as m where m.name = 'retention'`;
  const { code, find } = await doctor(apis);
  assertEquals(code, 1);
  assertMatch(find("migrations").found, /are applied; missing: \d+_retention\.sql$/);
  assertMatch(find("migrations").todo.join(), /task connect mends it/);
  assertEquals(find("health").found, "the migrations are not up to date");
});

test("without a key the others are looked at all the same", async (apis) => {
  const only = (...names: string[]) =>
    Object.fromEntries(
      Object.keys(KEYS).filter((name) => !names.includes(name)).map((name) => [name, "(none)"]),
    );
  const supabase = await doctor(apis, only("SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"));
  assertEquals(supabase.code, 0);
  assertEquals(supabase.find("calcom").found, "not looked at without CALCOM_API_KEY");
  assertEquals(supabase.find("secrets").state, "ok");

  const resend = await doctor(apis, only("RESEND_API_KEY"));
  assertEquals([resend.code, resend.find("resend_key").state, resend.find("project").state], [
    0,
    "ok",
    "skipped",
  ]);

  const none = await runCommand(apis, "doctor", [], only());
  assertEquals(none.code, 1);
  assertMatch(none.text, /There is nothing to look with\. Set SUPABASE_ACCESS_TOKEN \(from https/);
});

test("a key of Resend that can only send is alive, and sees no domain", async (apis) => {
  const token = apis.supabase.state.secrets.get("RESEND_API_KEY")!;
  const { code, find } = await doctor(apis, { RESEND_API_KEY: token });
  assertEquals(code, 0);
  assertEquals(find("resend_key").found, "alive; it can send and nothing else");
  assertEquals(find("resend_domains").state, "skipped");
});

test("a domain that is verified above or below the sender's is another one", async (apis) => {
  for (const domain of apis.resend.state.domains) {
    if (domain.name === "mail.kelp.example") domain.name = "kelp.example";
  }
  const { code, find } = await doctor(apis);
  assertEquals([code, find("resend_domains").state], [1, "wrong"]);
  const { text } = await runCommand(apis, "doctor");
  assertMatch(text, /wrong +mail\.kelp\.example +Resend does not know it: its mails fail/);
});

test("sending that is off, or verified in part, is told apart", async (apis) => {
  const { domains } = apis.resend.state;
  domains[0]!.capabilities.sending = "disabled";
  domains[1]!.status = "partially_verified";
  const { text } = await runCommand(apis, "doctor");
  const changes: string[] = [];
  apis.onChange = (what) => void changes.push(what);
  await runCommand(apis, "connect", ["--yes"]);
  // What is verified Resend is not asked to verify.
  assertEquals(changes, ["resend POST /domains/…/verify"]);
  assertMatch(text, new RegExp(`${domains[0]!.name} +verified, but sending is off`));
  assertMatch(text, new RegExp(`${domains[1]!.name} +not verified \\(partially_verified\\)`));
});

test("two webhooks on one address are told", async (apis) => {
  const { webhooks } = apis.calcom.state;
  const subscriberUrl = webhooks[0]!.subscriberUrl.split("?")[0]!;
  webhooks.push({ ...webhooks[0]!, id: "second", subscriberUrl });
  apis.resend.state.webhooks.push({ ...apis.resend.state.webhooks[0]!, id: "another" });
  const { code, find } = await doctor(apis);
  assertEquals([code, find("calcom").state, find("resend_webhook").state], [
    0,
    "warning",
    "warning",
  ]);
  assertMatch(find("calcom").todo.join(), /Another webhook leads here/);
  assertMatch(find("resend_webhook").found, /2 webhooks lead here/);
});

test("of a project that is paused nothing more is asked", async (apis) => {
  apis.supabase.state.project.status = "INACTIVE";
  const { code, find } = await doctor(apis);
  assertEquals(code, 1);
  assertMatch(find("project").found, /is paused/);
  assertEquals(find("vault").found, "not looked at: see Supabase project");
  assertEquals(find("calcom_key").state, "ok");
});

test("one sentence for one trouble, wherever it comes up", async (apis) => {
  apis.calcom.state.keys = [];
  const { text } = await runCommand(apis, "doctor");
  assertEquals(text.match(/does not know this API key/g)?.length, 1);
  assertMatch(text, /not known: see Cal\.com key/);
});

test("a door that is not there, or not ours, is told", async (apis) => {
  const functions = apis.supabase.state.functions;
  functions.delete("calcom-webhook");
  assertMatch((await doctor(apis)).find("door").found, /is not there \(404\)/);

  await using foreign = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json({}),
  );
  const open = await doctor(apis, { SUPABASE_URL: `http://127.0.0.1:${foreign.addr.port}` });
  assertMatch(open.find("door").found, /takes what is not signed/);
  assertMatch(
    (await doctor(apis, { SUPABASE_URL: "http://127.0.0.1:9" })).find("door").found,
    /nobody answers/,
  );
});

test("nothing secret is told", async (apis) => {
  const { text } = await runCommand(apis, "doctor");
  const { state } = apis.supabase;
  for (
    const secret of [
      KEYS.CALCOM_API_KEY,
      KEYS.RESEND_API_KEY,
      ...state.secrets.get("CALCOM_WEBHOOK_SECRET")!.split(","),
    ]
  ) {
    assert(!text.includes(secret));
  }
});
