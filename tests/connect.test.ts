import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "npm:deno-std@1.4.0/assert/mod.js";
import { fileURLToPath } from "node:url";
import { startStack } from "../local/stack/stack.ts";
import { listFunctions } from "../setup/project.ts";
import { digestOf } from "../setup/secrets.ts";
import { FREE_MAIL, parseSenders } from "../setup/senders.ts";
import { readTemplate } from "../setup/sign-in.ts";
import {
  type Apis,
  KEYS,
  listSecrets,
  REF,
  runCommand,
  SENDERS,
  serveApis,
  spawnCommand,
  verifyDomains,
} from "./support/apis.ts";
import { BREAKAGES } from "./support/breakages.ts";
import { SHARED, sharedServer, until } from "./support/database.ts";
import { finish } from "./support/stack.ts";
import { findProblem } from "./support/supabase-cli.ts";
import { readFixture, sign } from "./support/webhook.ts";

const server = sharedServer();
const OPERATOR = "mara@brightloom.example";
const TEAM = { SENDERS, ALERT_ADDRESS: "ops@brightloom.example", BOARD_OPERATOR: OPERATOR };

/** A test with the three products, and a project that nobody has touched. */
function test(name: string, fn: (apis: Apis) => Promise<void>): void {
  Deno.test({
    name,
    ...SHARED,
    fn: async () => {
      await using apis = await serveApis(await (await server()).createEmptyDatabase());
      await fn(apis);
      assertNoSecrets(apis);
    },
  });
}

/** Who may use the board, as what, and whether a code would reach them. */
async function listMembers({ sql }: Apis): Promise<unknown[]> {
  const rows = await sql`
    select u.email, m.role, u.email_confirmed_at is not null as is_confirmed
    from public.members as m join auth.users as u on u.id = m.user_id and u.email = m.email
    order by m.email`;
  return rows.map(({ email, role, is_confirmed }) => [email, role, is_confirmed]);
}

function connect(
  apis: Pick<Apis, "env" | "output">,
  args: string[] = [],
  more: Record<string, string> = TEAM,
) {
  return runCommand(apis, "connect", ["--yes", ...args], more);
}

/** A project that is live. */
async function connectAll(apis: Apis): Promise<void> {
  verifyDomains(apis);
  const { code, text } = await connect(apis);
  assertEquals(code, 0, text);
}

/** Nothing that was printed, put on a command line or into the text of a statement tells a secret. */
function assertNoSecrets(apis: Apis): void {
  const { calls, commands } = apis.supabase.state;
  const statements = calls.map(({ body }) => (body as { query?: string } | null)?.query ?? "");
  const seen = [...apis.output, ...commands.flatMap(({ args }) => args), ...statements].join("\n");
  for (const secret of listSecrets(apis)) assert(!seen.includes(secret), "a secret was told");
}

/** What was changed while something was done. */
async function listChanges(apis: Apis, act: () => Promise<unknown>): Promise<string[]> {
  const changes: string[] = [];
  apis.onChange = (what) => void changes.push(what.replace(REF, "…"));
  await act();
  apis.onChange = null;
  return changes;
}

test("one command puts a project live, up to the first deal", async (apis) => {
  const { supabase: { state: supabase }, calcom, resend, sql, env } = apis;
  const first = await connect(apis);

  assertEquals(first.code, 1, "the DNS records are left to a person");
  assertMatch(first.text, /TXT +resend\._domainkey\.mail\.kelp\.example {2}p=MIG/);
  assertMatch(
    first.text,
    /Proved: a signed ping went through the door and is in the log as ignored/,
  );

  const [webhook] = calcom.state.webhooks;
  assertEquals(
    webhook?.subscriberUrl,
    `${env.SUPABASE_URL}/functions/v1/calcom-webhook?forceFunctionRegion=eu-central-1`,
  );
  assertEquals([webhook?.active, webhook?.payloadTemplate], [true, null]);
  assertEquals(webhook?.secret, supabase.secrets.get("CALCOM_WEBHOOK_SECRET"));
  assertMatch(webhook?.secret ?? "", /^[0-9a-f]{64}$/);

  const names = await listFunctions();
  assertEquals([...supabase.functions.keys()].toSorted(), names);
  assert([...supabase.functions.values()].every(({ verify_jwt }) => !verify_jwt));

  const vault = await sql`
    select v.name, v.decrypted_secret as value from vault.decrypted_secrets as v order by v.name`;
  assertEquals(vault.map(({ name, value }) => [name, value]), [
    ["project_url", env.SUPABASE_URL],
    ["reconcile_secret", supabase.secrets.get("RECONCILE_SECRET")],
    ["send_emails_secret", supabase.secrets.get("SEND_EMAILS_SECRET")],
  ]);
  assertEquals(supabase.secrets.get("CALCOM_API_KEY"), KEYS.CALCOM_API_KEY);
  const key = resend.state.keys.find(({ token }) =>
    token === supabase.secrets.get("RESEND_API_KEY")
  );
  assertEquals([key?.name, key?.permission], [`calcom-deals ${REF}`, "sending_access"]);
  const [reports] = resend.state.webhooks;
  assertEquals(reports?.signing_secret, supabase.secrets.get("RESEND_WEBHOOK_SECRET"));

  const senders = await sql`
    select s.organizer_domain, s.from_address, s.from_name, s.is_default from public.senders as s
    order by s.is_default desc`;
  assertEquals(senders.map((row) => ({ ...row })), parseSenders(SENDERS));

  const { smtp_pass, mailer_templates_magic_link_content, ...auth } = supabase.auth;
  assertEquals(auth, {
    ...{ site_url: "http://localhost:3000", mailer_autoconfirm: false, smtp_max_frequency: 60 },
    ...{ security_captcha_enabled: false, hook_send_email_enabled: false },
    ...{ disable_signup: true, external_anonymous_users_enabled: false },
    ...{ external_email_enabled: true, mailer_otp_length: 6, mailer_otp_exp: 900 },
    ...{ rate_limit_email_sent: 100, mailer_subjects_magic_link: "Your code to sign in" },
    ...{ smtp_host: "smtp.resend.com", smtp_port: "465", smtp_user: "resend" },
    ...{ smtp_admin_email: "team@brightloom.example", smtp_sender_name: "Brightloom" },
  });
  assertEquals(mailer_templates_magic_link_content, await readTemplate());
  const codes = resend.state.keys.find(({ token }) => token === smtp_pass);
  assertEquals([codes?.name, codes?.permission], [
    `calcom-deals ${REF} sign-in`,
    "sending_access",
  ]);
  assertEquals(await listMembers(apis), [[OPERATOR, "operator", true]]);
  assertMatch(first.text, /The board: .* task board serves it.*task board build.*task invite/s);
  const personal = await sql`select p.domain from public.personal_email_domains as p`;
  const domains = personal.map(({ domain }) => domain);
  for (const domain of [...FREE_MAIL, "gmail.com", "brightloom.example", "kelp.example"]) {
    assert(domains.includes(domain), domain);
  }

  // Before anybody is written to about a booking that is older than the webhook.
  const history = /What was booked before: .* task reconcile --since \d{4}-\d\d-\d\d brings it in/;
  assertMatch(first.text, history);
  await sql`insert into public.reconciliations (kind, finished_at) values ('backfill', now())`;

  const second = await connect(apis);
  assertEquals(second.code, 0, second.text);
  assert(!history.test(second.text), "it was brought in");
  const body = new TextDecoder().decode(readFixture("booking-created-business"));
  assertEquals(await apis.deliver(body), 200);
  const deals = await sql`select d.stage from public.deals as d`;
  assertEquals(deals.map(({ stage }) => stage), ["booked"]);
});

test("run again, it changes nothing", async (apis) => {
  await connectAll(apis);
  const changes = await listChanges(apis, async () => {
    const { code, text } = await connect(apis);
    assertEquals(code, 0, text);
    assert(!text.includes("  will "), text);
  });
  assertEquals(changes, []);
});

test("what is missing or wrong is seen by doctor, and mended, and nothing else", async (apis) => {
  await connectAll(apis);
  for (const { name, check, break: breakIt, changes, isWarning = false } of BREAKAGES) {
    await breakIt(apis);
    const doctor = await runCommand(apis, "doctor", ["--json"]);
    const { state, todo } = JSON.parse(doctor.text).checks.find((one: { name: string }) =>
      one.name === check
    );
    assertEquals(state, isWarning ? "warning" : "wrong", `${name}: ${doctor.text}`);
    assertEquals(doctor.code, isWarning ? 0 : 1, name);
    assertNotEquals(todo, [], name);

    let mended = { code: 0, text: "" };
    const made = await listChanges(apis, async () => mended = await connect(apis));
    assertEquals(mended.code, 0, `${name}: ${mended.text}`);
    assertEquals(made, changes, name);
  }
  const again = await runCommand(apis, "doctor");
  assertEquals(again.code, 0, again.text);
});

test("--dry-run says what it would do and does nothing", async (apis) => {
  const before = await listChanges(apis, async () => {
    const { code, text } = await connect(apis, ["--dry-run"]);
    assertEquals(code, 0);
    assertMatch(text, /would apply \d+ migrations/);
    assertMatch(text, /would make a webhook for your own events/);
    assertMatch(text, /would set CALCOM_WEBHOOK_SECRET/);
    assertMatch(text, /would switch sign-up off/);
    assertMatch(text, /would send the codes through smtp\.resend\.com, with a key of their own/);
    assertMatch(text, /would make an account for mara@brightloom\.example, as the first operator/);
    assertMatch(text, /Nothing was changed/);
  });
  assertEquals(before, []);
});

test("killed after any change it goes on, and ends where it would have", async (apis) => {
  const changes: string[] = [];
  verifyDomains(apis);
  apis.onChange = (what) => void changes.push(what);
  await connect(apis);
  apis.onChange = null;
  const wanted = await describeEnd(apis);
  assert(changes.length > 10, changes.join("\n"));
  for (let at = 1; at <= changes.length; at++) {
    await using other = await serveApis(await (await server()).createEmptyDatabase());
    verifyDomains(other);
    const child = spawnCommand(other, "connect", ["--yes"], TEAM);
    let count = 0;
    other.onChange = () => {
      // The answer is lost too: the command never learns that this was done.
      if (++count === at) child.kill("SIGKILL");
    };
    const { code } = await finish(child);
    assertEquals(code, 137, `${changes[at - 1]} (${at}) did not come`);
    other.onChange = null;
    const { code: last, text } = await connect(other);
    assertEquals(last, 0, `after ${changes[at - 1]}: ${text}`);
    assertEquals(await describeEnd(other), wanted, `after ${changes[at - 1]}`);
    assertNoSecrets(other);
  }
});

test("killed between making another key and setting it, it makes one that is used", async (apis) => {
  await connectAll(apis);
  const wanted = await describeEnd(apis);
  const { resend: { state }, supabase } = apis;
  for (const [end, note] of [["", "RESEND_KEY_ID"], [" sign-in", "SIGN_IN_KEY_ID"]] as const) {
    const name = `calcom-deals ${REF}${end}`;
    for (const isByHand of [false, true]) {
      if (isByHand) {
        // By its name it is known as well.
        supabase.state.secrets.delete(`CALCOM_DEALS_${note}`);
        assertMatch((await runCommand(apis, "doctor")).text, /0 warnings, 0 wrong/);
      }
      state.keys = state.keys.filter((key) => key.name !== name);
      const child = spawnCommand(apis, "connect", ["--yes"], TEAM);
      apis.onChange = (what) => {
        if (what === "resend POST /api-keys") child.kill("SIGKILL");
      };
      assertEquals((await finish(child)).code, 137, name);
      apis.onChange = null;
      assertEquals(state.keys.filter((key) => key.name === name).length, 1);

      assertMatch((await runCommand(apis, "doctor")).text, /is none that was made here/);
      const { code, text } = await connect(apis);
      assertEquals(code, 0, text);
      assertEquals(await describeEnd(apis), wanted, name);
      assertMatch((await runCommand(apis, "doctor")).text, /0 warnings, 0 wrong/);
    }
  }
});

/** What has come about, as far as it is not chance. */
async function describeEnd(apis: Apis) {
  const { supabase: { state }, calcom, resend, sql } = apis;
  const { smtp_pass, ...auth } = state.auth;
  const inUse = [state.secrets.get("RESEND_API_KEY"), smtp_pass];
  return {
    auth,
    members: await listMembers(apis),
    secrets: [...state.secrets.keys()].toSorted(),
    functions: [...state.functions.keys()].toSorted(),
    senders: (await sql`select s.from_address from public.senders as s order by 1`).length,
    domains: (await sql`select from public.personal_email_domains`).length,
    vault: (await sql`select v.name from vault.secrets as v order by 1`).map(({ name }) => name),
    isVaultRight:
      (await sql`select v.name, v.secret from vault.secrets as v where v.name <> 'project_url'`)
        .every(({ name, secret }) => state.secrets.get(name.toUpperCase()) === secret),
    webhooks: calcom.state.webhooks.map(({ triggers, secret }) => [
      triggers,
      secret === state.secrets.get("CALCOM_WEBHOOK_SECRET"),
    ]),
    reports: resend.state.webhooks.map(({ events }) => events),
    keys: resend.state.keys.map(({ name, token }) => [
      name,
      name === "full" || inUse.includes(token),
    ]).toSorted(),
  };
}

test("--rotate changes the secret, and no event is refused meanwhile", async (apis) => {
  await connectAll(apis);
  const { supabase: { state }, calcom } = apis;
  const old = calcom.state.webhooks[0]!.secret;
  const statuses: number[] = [];
  apis.lag = 3;
  // After each change, before anything else is done. Until the last one, what was signed before may come.
  apis.onChange = async () => {
    statuses.push(await apis.deliver(pingBody()));
    if (statuses.length < 4) statuses.push(await apis.deliver(pingBody(), old));
  };
  const { code, text } = await connect(apis, ["--rotate"]);
  apis.onChange = null;

  assertEquals(code, 0, text);
  assert(statuses.length >= 3, text);
  assertEquals(new Set(statuses), new Set([200]));
  const fresh = calcom.state.webhooks[0]!.secret;
  assertNotEquals(fresh, old);
  assertEquals(state.secrets.get("CALCOM_WEBHOOK_SECRET"), fresh);
  const doctor = await runCommand(apis, "doctor");
  assertEquals(doctor.code, 0, doctor.text);
});

test("killed while it rotates nothing is refused, and the next one goes through", async (apis) => {
  await connectAll(apis);
  const { supabase: { state }, calcom } = apis;
  // Its webhook would be made by hand, so nobody can see whether there is one.
  calcom.state.teams = [{ id: 7, name: "Sales", isAdmin: true }];
  for (let at = 1; at <= 3; at++) {
    const child = spawnCommand(apis, "connect", ["--yes", "--rotate"], TEAM);
    let count = 0;
    apis.onChange = () => {
      if (++count === at) child.kill("SIGKILL");
    };
    assertEquals((await finish(child)).code, 137, `change ${at} did not come`);
    apis.onChange = null;
    assertEquals(await apis.deliver(pingBody()), 200, `after change ${at}`);
    const plain = await connect(apis);
    assertEquals(plain.code, 0, plain.text);
    assertEquals(await apis.deliver(pingBody()), 200, `mended after change ${at}`);

    const { code, text } = await connect(apis, ["--rotate"]);
    assertEquals(code, 0, text);
    assertEquals(state.secrets.get("CALCOM_WEBHOOK_SECRET"), calcom.state.webhooks[0]!.secret);
  }
});

test("a rotation that Cal.com broke off goes on with the same command", async (apis) => {
  await connectAll(apis);
  const { supabase: { state }, calcom } = apis;
  calcom.state.teams = [{ id: 7, name: "Sales", isAdmin: true }];
  const byHand = "of a webhook that no key can see";
  const named = { ...TEAM, CALCOM_WEBHOOK_SECRET: byHand };
  assertEquals((await connect(apis, [], named)).code, 0);
  const old = calcom.state.webhooks[0]!.secret;
  calcom.state.fault = ({ method }) =>
    method === "PATCH" ? Response.json({}, { status: 500 }) : null;
  const broken = await connect(apis, ["--rotate"], named);
  assertEquals(broken.code, 1);
  assertMatch(broken.text, /it goes on where it stopped/);
  calcom.state.fault = null;

  // What was named then has to be named again: it would be forgotten otherwise.
  const refused = await connect(apis, ["--rotate"]);
  assertEquals(refused.code, 1);
  assertMatch(refused.text, /hold a secret that nobody here can see/);
  const { code, text } = await connect(apis, ["--rotate"], named);
  assertEquals(code, 0, text);
  const fresh = calcom.state.webhooks[0]!.secret!;
  assertNotEquals(fresh, old);
  assertEquals(state.secrets.get("CALCOM_WEBHOOK_SECRET"), [fresh, byHand].sort().join());
});

test("what is on its way with the old secret is waited for", async (apis) => {
  await connectAll(apis);
  const times: number[] = [];
  apis.onChange = () => void times.push(Date.now());
  const { code, text } = await connect(apis, ["--rotate"], { ...TEAM, ROTATE_WAIT_SECONDS: "1" });
  apis.onChange = null;
  assertEquals(code, 0, text);
  assertMatch(text, /Waits 1 s for what is on its way with the old one/);
  const [, atCalcom, atSupabase] = times;
  assert(atSupabase! - atCalcom! >= 1000, times.join());
});

test("no webhook is made without a secret", async (apis) => {
  const { supabase: { state }, calcom } = apis;
  verifyDomains(apis);
  state.rights = new Set([
    ...["projects_read", "database_read", "database_write", "edge_functions_read"],
    ...["edge_functions_write", "edge_functions_secrets_write", "auth_config_read"],
    ...["auth_config_write", "api_gateway_keys_read", "api_gateway_keys_secret_read"],
    "advisors_read",
  ]);
  const blind = await connect(apis);
  assertEquals(blind.code, 1);
  assertMatch(blind.text, /give it the permission edge_functions_secrets_read/);
  assertMatch(blind.text, /→ It is made as soon as there is a secret for it.*Secrets/);
  assertEquals(calcom.state.webhooks, []);
  state.rights = null;
  const seeing = await connect(apis);
  assertEquals(seeing.code, 0, seeing.text);

  // One that is there keeps what it has, and it is not told that there is none.
  state.rights = new Set([...["projects_read", "database_read", "database_write"]]);
  calcom.state.webhooks[0]!.secret = null;
  const bare = await connect(apis);
  assertEquals(calcom.state.webhooks[0]!.secret, null);
  assert(!bare.text.includes("will give it a secret"), bare.text);
  assertMatch(bare.text, /Not proved: the webhook at Cal\.com has no secret that is of use/);
});

test("a deleted webhook gets a secret beside those that are known, or none", async (apis) => {
  await connectAll(apis);
  const { supabase: { state }, calcom, sql } = apis;
  const byHand = "of a webhook that no key can see";
  await sql`insert into public.calcom_events (payload) values ('{"triggerEvent": "BOOKING_PAID"}')`;
  state.secrets.set("CALCOM_WEBHOOK_SECRET", byHand);
  calcom.state.webhooks = [];

  // Nobody here can see what is set: only a person can say whether somebody signs with it.
  for (let run = 1; run <= 2; run++) {
    const lost = await connect(apis);
    assertEquals(lost.code, 1);
    assertMatch(lost.text, /is set, and no webhook that this key can see has it/);
    assertMatch(lost.text, /Where nobody can be asked, delete it at https.*functions\/secrets/);
    assertEquals(calcom.state.webhooks, []);
    assertEquals(state.secrets.get("CALCOM_WEBHOOK_SECRET"), byHand);
  }

  const known = await connect(apis, [], { ...TEAM, CALCOM_WEBHOOK_SECRET: byHand });
  assertEquals(known.code, 0, known.text);
  const own = calcom.state.webhooks[0]!.secret!;
  assertNotEquals(own, byHand);
  assertEquals(state.secrets.get("CALCOM_WEBHOOK_SECRET"), [own, byHand].sort().join());
  assertEquals(await apis.deliver(pingBody()), 200);

  calcom.state.webhooks = [];
  state.secrets.delete("CALCOM_WEBHOOK_SECRET");
  const anew = await connect(apis);
  assertEquals(anew.code, 0, anew.text);
  assertEquals(await apis.deliver(pingBody()), 200);

  // The key of a colleague sees none of it, and must not take it for deleted.
  const mine = calcom.state.webhooks.splice(0)[0]!.secret;
  calcom.state.user.email = "colleague@brightloom.example";
  assertEquals((await connect(apis)).code, 1);
  assertEquals(calcom.state.webhooks, []);
  assertEquals(state.secrets.get("CALCOM_WEBHOOK_SECRET"), mine);
});

test("the secret of a webhook made by hand is not forgotten", async (apis) => {
  await connectAll(apis);
  const { supabase: { state }, calcom } = apis;
  const byHand = "of a webhook that no key can see";
  calcom.state.teams = [{ id: 7, name: "Sales", isAdmin: true }];
  state.secrets.set(
    "CALCOM_WEBHOOK_SECRET",
    [calcom.state.webhooks[0]!.secret, byHand].sort().join(),
  );

  // It cannot be known here, so nothing is done that would lose it.
  const plain = await connect(apis);
  assertEquals(plain.code, 0, plain.text);
  assertMatch(plain.text, /Round robin and collective events of Sales need a webhook of the team/);
  assert(state.secrets.get("CALCOM_WEBHOOK_SECRET")!.includes(byHand));
  for (const teams of [calcom.state.teams, []]) {
    calcom.state.teams = teams;
    const refused = await connect(apis, ["--rotate"]);
    assertEquals(refused.code, 1);
    assertMatch(refused.text, /hold a secret that nobody here can see/);
    assert(state.secrets.get("CALCOM_WEBHOOK_SECRET")!.includes(byHand));
  }

  // Cal.com's was changed there: to set it would forget the other one.
  const [webhook] = calcom.state.webhooks;
  const { secret } = webhook!;
  webhook!.secret = "somebody typed another one";
  const changed = await connect(apis);
  assertEquals(changed.code, 1);
  assertMatch(changed.text, /does not have the secret of the webhook at Cal\.com/);
  assertMatch(changed.text, /→ The functions hold a secret that nobody here can see/);
  assert(state.secrets.get("CALCOM_WEBHOOK_SECRET")!.includes(byHand));
  webhook!.secret = secret;
  calcom.state.teams = [{ id: 7, name: "Sales", isAdmin: true }];

  const named = { ...TEAM, CALCOM_WEBHOOK_SECRET: byHand };
  const rotated = await connect(apis, ["--rotate"], named);
  assertEquals(rotated.code, 0, rotated.text);
  const fresh = calcom.state.webhooks[0]!.secret!;
  assertEquals(
    state.secrets.get("CALCOM_WEBHOOK_SECRET")!.split(",").toSorted(),
    [fresh, byHand].sort(),
  );
  const again = await connect(apis, [], named);
  assert(!again.text.includes("need a webhook of the team"), again.text);

  // No webhook is visible, and what was named is not named again.
  calcom.state.webhooks = [];
  const lost = await connect(apis);
  assertEquals(lost.code, 1);
  assertMatch(lost.text, /no webhook that this key can see has it/);
  assert(state.secrets.get("CALCOM_WEBHOOK_SECRET")!.includes(byHand));
  assert(!apis.output.join().includes(byHand));
});

test("senders are replaced only as long as nobody has touched them", async (apis) => {
  await connect(apis, [], { SENDERS: "keep" });
  const read = async () =>
    (await apis.sql`select s.from_address from public.senders as s order by 1`)
      .map(({ from_address }) => from_address);
  assertEquals((await read()).length, 6);
  await apis
    .sql`update public.senders set footer = 'Ours' where organizer_domain = 'substrate.build'`;
  const kept = await connect(apis);
  assertEquals((await read()).length, 6);
  assertMatch(
    kept.text,
    /^warning +Senders .*what SENDERS says of brightloom\.example and kelp\.example/m,
  );
  // What is to be done can be pasted.
  const [statement] = /(?<=^ {4}→ In the SQL editor: ).*$/m.exec(
    kept.text.split("Left to you:")[1]!,
  )!;
  await apis.sql.begin(async (sql) => {
    await sql.unsafe(statement);
    const known =
      await sql`select from public.senders where from_address = 'team@brightloom.example'`;
    assertEquals(known.length, 1);
    await sql.unsafe("delete from public.senders where organizer_domain like '%.example'");
  });

  // Somebody is faster, between the look and the change.
  await apis.sql`update public.senders set footer = null`;
  apis.supabase.state.fault = async ({ body }) => {
    const { query = "" } = (body ?? {}) as { query?: string };
    if (query.includes("delete from")) await apis.sql`update public.senders set color = '#1d4ed8'`;
    return null;
  };
  const { text } = await connect(apis);
  assertMatch(text, /will replace the six brands/);
  assertEquals((await read()).length, 6);
  apis.supabase.state.fault = null;

  // A domain of the six may be among the new ones.
  await apis.sql`update public.senders set color = null`;
  await connect(apis, [], { SENDERS: "Substrate <hi@substrate.build>" });
  assertEquals(await read(), ["hi@substrate.build"]);
});

test("what a team has Resend report on top stays", async (apis) => {
  await connectAll(apis);
  const webhook = apis.resend.state.webhooks[0]!;
  const wanted = [...webhook.events];
  webhook.events = ["email.clicked", "email.sent"];
  await connect(apis);
  assertEquals(webhook.events.toSorted(), ["email.clicked", ...wanted].toSorted());
});

test("how a team has its codes sent stays as it is", async (apis) => {
  await connectAll(apis);
  const { auth } = apis.supabase.state;
  const byKey = async () => {
    const changes = await listChanges(apis, async () => {
      const { code, text } = await connect(apis);
      assertEquals(code, 0, text);
    });
    assertEquals(changes, []);
  };
  // A mail of their own, and a sender that is no brand here but whose domain Resend knows.
  Object.assign(auth, {
    mailer_templates_magic_link_content: "<p>Hi, this is {{ .Token }}</p>",
    mailer_subjects_magic_link: "Brightloom: your code",
    smtp_admin_email: "hello@auth.brightloom.example",
    ...{ smtp_port: "587", mailer_otp_exp: 300, rate_limit_email_sent: 500 },
  });
  apis.resend.state.domains.push({
    ...apis.resend.state.domains[0]!,
    ...{ id: "of Auth", name: "auth.brightloom.example" },
  });
  await byKey();

  // Another mail server, whatever its sender.
  Object.assign(auth, {
    ...{
      smtp_host: "smtp.brightloom.example",
      smtp_user: "auth",
      smtp_pass: "a password of theirs",
    },
    smtp_admin_email: "auth@elsewhere.example",
  });
  await byKey();

  // A hook: no mail server and no template of Auth is asked.
  Object.assign(auth, { hook_send_email_enabled: true, smtp_host: null, rate_limit_email_sent: 2 });
  auth.mailer_templates_magic_link_content = "{{ .ConfirmationURL }}";
  await byKey();
  assertMatch(
    apis.output.at(-1)!,
    /Sign-in +by a code, for who is invited; a hook of yours sends it/,
  );
});

test("an account that is there becomes the operator's, and nobody else's", async (apis) => {
  await connect(apis, [], { ...TEAM, BOARD_OPERATOR: "" });
  const { sql } = apis;
  assertEquals(await listMembers(apis), []);

  // A stranger has signed up under the operator's address, with a password, and could not confirm it.
  await sql`
    insert into auth.users (id, email, encrypted_password)
    values (gen_random_uuid(), ${OPERATOR}, 'known to a stranger')`;
  const unconfirmed = await connect(apis, [], { ...TEAM, BOARD_OPERATOR: OPERATOR.toUpperCase() });
  assertMatch(unconfirmed.text, /ok +Board +mara@brightloom\.example is operator/);
  assertEquals(await listMembers(apis), [[OPERATOR, "operator", true]]);
  const [user] = await sql`select u.encrypted_password as password from auth.users as u`;
  assertNotEquals(user!.password, "known to a stranger");

  // Who has confirmed it has shown that it is theirs.
  await sql`delete from public.members`;
  await sql`update auth.users set encrypted_password = 'their own'`;
  await connect(apis);
  assertEquals(await listMembers(apis), [[OPERATOR, "operator", true]]);
  const [own] = await sql`select u.encrypted_password as password from auth.users as u`;
  assertEquals(own!.password, "their own");
});

test("the first operator is found among many people, and is the only one who is made", async (apis) => {
  await connect(apis, [], { ...TEAM, BOARD_OPERATOR: "" });
  const { sql } = apis;
  await sql`
    insert into auth.users (id, email, email_confirmed_at, created_at)
    select gen_random_uuid(), 'person-' || k || '@brightloom.example', now(), now() + k * interval '1 s'
    from generate_series(1, 1200) as k`;
  const first = { ...TEAM, BOARD_OPERATOR: "person-1@brightloom.example" };
  await connect(apis, [], first);
  assertEquals(await listMembers(apis), [[first.BOARD_OPERATOR, "operator", true]]);

  // Later ones are let in by an operator; who was put out does not come back by themselves.
  const { text } = await connect(apis);
  assertMatch(text, /has its first operator: let mara@brightloom\.example in with .* task invite/);
  assertEquals((await listMembers(apis)).length, 1);
});

test("an organization's administrator gets the webhook of the organization", async (apis) => {
  const { state } = apis.calcom;
  state.organization = { id: 7, isAdmin: true };
  state.webhooks.push({
    ...{ id: "own", scope: "/webhooks", triggers: ["BOOKING_CREATED"], active: true },
    ...{
      payloadTemplate: null,
      secret: "a secret of the user's own webhook",
      version: "2021-10-20",
    },
    subscriberUrl: `${apis.env.SUPABASE_URL}/functions/v1/calcom-webhook`,
  });
  const { text } = await connect(apis);
  assertMatch(text, /Another webhook leads here \(for your own events\)/);
  const [own, made] = state.webhooks;
  assertEquals(made?.scope, "/organizations/7/webhooks");
  // Both are heard: the one that was there stays as it was.
  const valid = apis.supabase.state.secrets.get("CALCOM_WEBHOOK_SECRET")!.split(",");
  assert(valid.includes(own!.secret!) && valid.includes(made!.secret!));

  state.organization.isAdmin = false;
  state.webhooks = [];
  const closed = await connect(apis);
  assertMatch(closed.text, /this key may not look after its webhooks: only your own events come/);
});

test("of two webhooks the one with the right address is looked after", async (apis) => {
  await connectAll(apis);
  const { state } = apis.calcom;
  const [right] = state.webhooks;
  const [subscriberUrl] = right!.subscriberUrl.split("?");
  right!.active = false;
  state.webhooks.unshift({ ...right!, id: "other", active: true, subscriberUrl: subscriberUrl! });
  const { code, text } = await connect(apis);
  assertEquals(code, 0, text);
  assertMatch(text, /will switch it on/);
  assertMatch(text, /Another webhook leads here.*Events that come twice count once/);
  assert(right!.active);
  assertEquals(state.webhooks[0]!.subscriberUrl, subscriberUrl);

  // The other one is heard, too: what it cannot be used for is told.
  for (
    const [values, told] of [
      [{ payloadTemplate: "{{title}}" }, /another webhook .*has a custom payload template/],
      [{ payloadTemplate: null, secret: null }, /another webhook .*has no secret/],
    ] as const
  ) {
    Object.assign(state.webhooks[0]!, values);
    const bad = await connect(apis);
    assertEquals(bad.code, 1, bad.text);
    assertMatch(bad.text, told);
  }
  // What is off sends nothing.
  state.webhooks[0]!.active = false;
  assertEquals((await connect(apis)).code, 0);
});

test("a webhook that somebody else has made at the same moment is told as what it is", async (apis) => {
  await connectAll(apis);
  const { state } = apis.calcom;
  const [webhook] = state.webhooks.splice(0);
  state.fault = ({ method }) => {
    if (method !== "POST") return null;
    if (state.webhooks.length === 0) state.webhooks.push(webhook!);
    return Response.json({ error: { message: "exists" } }, { status: 409 });
  };
  const { code, text } = await connect(apis);
  assertEquals(code, 1);
  assertMatch(text, /another webhook for your own events with this address \(409\).*again/);
  assert(!text.includes("does not show it"), text);
  state.fault = null;
  assertEquals((await connect(apis)).code, 0);
});

test("a server that knows fewer triggers, and the older bookings API, is served too", async (apis) => {
  const { state } = apis.calcom;
  state.contract = "2024-08-13";
  state.knownTriggers = state.knownTriggers.filter((name) => name !== "BOOKING_REASSIGNED");
  await connectAll(apis);
  assertEquals(state.webhooks.length, 1);
  assert(!state.webhooks[0]!.triggers.includes("BOOKING_REASSIGNED"));
  assertMatch(apis.output.at(-1)!, /bookings API 2024-08-13/);
});

test("a region without functions is not asked for", async (apis) => {
  apis.supabase.state.project.region = "eu-north-1";
  await connect(apis);
  assertEquals(new URL(apis.calcom.state.webhooks[0]!.subscriberUrl).search, "");
});

test("what nobody can be asked for is named", async (apis) => {
  const none = Object.fromEntries(Object.keys(KEYS).map((name) => [name, "(none)"]));
  const keys = await connect(apis, [], none);
  assertEquals(keys.code, 1);
  for (const name of Object.keys(KEYS)) assert(keys.text.includes(`${name} (from `), keys.text);

  const senders = await connect(apis, [], {});
  assertEquals(senders.code, 1);
  assertMatch(
    senders.text,
    /^Nobody can be asked here: set SENDERS to your brands, like "Example Team/m,
  );
  const mistyped = await connect(apis, [], { ...TEAM, SENDERS: "Example Team, team@example.com" });
  assertEquals(mistyped.code, 1);
  assertMatch(mistyped.text, /^A brand is like .* This is none: Example Team, team@example\.com$/m);
  const noAddress = await connect(apis, [], { ...TEAM, SENDERS: "team@example" });
  assertMatch(noAddress.text, /^A brand is like .* This is none: team@example$/m);
  assertEquals(apis.supabase.state.commands, [], "before anything is done");

  // Later nobody has to be asked.
  verifyDomains(apis);
  await connect(apis);
  assertEquals((await connect(apis, [], {})).code, 0);
});

test("settings that cannot be right are refused by their names, without their values", async (apis) => {
  for (
    const [name, value, message] of [
      ["SUPABASE_PROJECT_REF", "sales", /SUPABASE_PROJECT_REF is 20 small letters/],
      ["CALCOM_API_URL", "api.cal.com", /CALCOM_API_URL takes an address/],
      ["CALCOM_API_KEY", "cal_live_ключ", /CALCOM_API_KEY holds a character that no key has/],
      ["ALERT_ADDRESS", "ops", /ALERT_ADDRESS takes a mail address/],
      ["BOARD_OPERATOR", "mara", /BOARD_OPERATOR takes a mail address/],
      ["CALCOM_WEBHOOK_SECRET", "short", /CALCOM_WEBHOOK_SECRET takes secrets of at least 16/],
    ] as const
  ) {
    const { code, text } = await connect(apis, [], { ...TEAM, [name]: value });
    assertEquals(code, 1);
    assertMatch(text, message);
    assert(!/ключ|short\b/.test(text), text);
  }
  for (
    const address of [
      `https://supabase.com/dashboard/project/${REF}/sql`,
      `https://${REF}.supabase.co/`,
    ]
  ) {
    const { text } = await connect(apis, ["--dry-run"], { ...TEAM, SUPABASE_PROJECT_REF: address });
    assertMatch(text, /ok +Supabase project/);
  }
});

test("what was left out because something else failed is told, and nothing is called connected", async (apis) => {
  const { state } = apis.supabase;
  verifyDomains(apis);
  const run = async () => {
    const { code, text } = await connect(apis);
    assertEquals(code, 1, text);
    assert(!/Connected|Book a meeting|not needed any more/.test(text), text);
    return text.split("\nLeft to you:\n")[1]!;
  };
  state.fault = ({ path }) =>
    path.includes("/database/query") ? Response.json({ message: "" }, { status: 544 }) : null;
  const busy = await run();
  assertMatch(busy, /^ {2}Senders: The database does not answer \(544\)/m);
  for (
    const title of ["Personal domains", "Alarms", "Sender domains", "Secrets", "Vault", "Board"]
  ) {
    assertMatch(busy, new RegExp(`^ {2}${title}: not known: see Senders$`, "m"));
  }

  state.fault = ({ method, path }) =>
    method === "GET" && path.endsWith("/secrets") ? Response.json({}, { status: 403 }) : null;
  state.functions.clear();
  assertMatch(await run(), /^ {2}Functions: not known: see Secrets$/m);

  // Which of several it is.
  state.fault = null;
  await apis.sql`update hosted.health set answer = ${
    apis.sql.json([
      {
        check: "silence",
        ok: false,
        since: null,
        detail: "No webhook.",
        what_to_do: "Look at it.",
      },
    ])
  }`;
  assertMatch(await run(), /^ {2}Health: .*\n {4}silence: No webhook\.\n {4}→ Look at it\.$/m);
  await apis.sql`update hosted.health set answer = '[]'`;

  assertMatch((await connect(apis)).text, /^Connected\. Book a meeting/m);
});

test("once Resend is set up, a new version needs no key of it, or one that can only send", async (apis) => {
  const without = { ...TEAM, RESEND_API_KEY: "(none)" };
  const fresh = await connect(apis, [], without);
  assertEquals(fresh.code, 1);
  assertMatch(fresh.text, /Make one with full access.*Stopped at "Resend key"/s);
  await connectAll(apis);
  assertMatch(apis.output.at(-1)!, /key of Resend with full access is not needed any more/);

  const { secrets, auth } = apis.supabase.state;
  const sending = { ...TEAM, RESEND_API_KEY: secrets.get("RESEND_API_KEY")! };
  for (
    const [env, found] of [
      [without, /^– +Resend key +not looked at without RESEND_API_KEY; Resend is set up already/m],
      [sending, /^– +Resend key +alive; it can send and nothing else; Resend is set up already/m],
    ] as const
  ) {
    secrets.set("CALCOM_DEALS_VERSION", "an older one");
    const changes = await listChanges(apis, async () => {
      const { code, text } = await connect(apis, [], env);
      assertEquals(code, 0, text);
      assertMatch(text, found);
      assertMatch(text, /Not looked at:\n {2}Resend key: .*\n {2}Sender domains: /);
      assertMatch(text, /^Connected, but for what was not looked at\. Book a meeting/m);
    });
    assertEquals(changes.map((one) => one.split("/").at(-1)), ["cli", "secrets"]);
  }

  // What does need one is left, and the rest is done.
  const smtp_pass = auth.smtp_pass;
  auth.smtp_pass = null;
  auth.mailer_otp_length = 8;
  const codes = await connect(apis, [], without);
  assertEquals(codes.code, 1);
  assertMatch(
    codes.text,
    /Sign-in: codes go to members.*\n +→ Set RESEND_API_KEY to a key with full access/,
  );
  assertEquals([auth.mailer_otp_length, auth.smtp_pass], [6, null]);
  auth.smtp_pass = smtp_pass;

  // One that was deleted, as one was told to, and is still in the environment.
  const dead = await connect(apis, [], { ...TEAM, RESEND_API_KEY: "re_that_was_deleted_since" });
  assertMatch(dead.text, /does not know this key.*→ .*unset RESEND_API_KEY.*Stopped/s);
});

test("what the products refuse is told in sentences that say what to do", async (apis) => {
  const { supabase, calcom, resend } = apis;
  const refuse = (status: number, body: unknown = {}, headers = {}) => () =>
    Response.json(body, { status, headers });
  const cases: [name: string, arrange: () => void, message: RegExp][] = [
    [
      "a wrong token",
      () => supabase.state.fault = refuse(401),
      /does not know this access token \(401\).*account\/tokens/,
    ],
    [
      "a wrong ref",
      () =>
        supabase.state.fault = ({ path }) =>
          path.endsWith(REF) ? Response.json({ message: "Not found" }, { status: 404 }) : null,
      /no project abcdefghijklmnopqrst that this token can see; it sees abcdefghijklmnopqrst \(Sales\)/,
    ],
    [
      "a paused project",
      () => supabase.state.project.status = "INACTIVE",
      /is paused: nothing is received.*Restore it at https:\/\/supabase\.com\/dashboard/s,
    ],
    [
      "a project that starts",
      () => supabase.state.project.status = "RESTORING",
      /is not up \(RESTORING\).*Wait until/s,
    ],
    [
      "a token with few rights",
      () => supabase.state.rights = new Set(["projects_read", "database_read", "database_write"]),
      /may not do this \(403\): give it the permission edge_functions_secrets_read/,
    ],
    [
      "a limit",
      () => supabase.state.fault = refuse(429, {}, { "retry-after": "300" }),
      /Supabase has had too many calls with this key and asks to wait 300 s/,
    ],
    [
      "a token that may not set sign-in up",
      () => {
        Object.assign(supabase.state.auth, { disable_signup: false });
        supabase.state.fault = ({ method, path }) =>
          method === "PATCH" && path.endsWith("/config/auth")
            ? Response.json({ message: "Forbidden" }, { status: 403 })
            : null;
      },
      /give it the permission auth_config_write and project_admin_write.*Stopped at "Sign-in"/s,
    ],
    [
      "a token that may not see keys",
      () => {
        supabase.state.rights = new Set([
          ...["projects_read", "database_read", "database_write", "edge_functions_read"],
          ...["edge_functions_write", "edge_functions_secrets_read", "advisors_read"],
          ...["edge_functions_secrets_write", "auth_config_read", "auth_config_write"],
          "api_gateway_keys_read",
        ]);
      },
      /may not see the secret keys of the project: give it the permission api_gateway_keys_secret_read, or set SUPABASE_SECRET_KEY/,
    ],
    [
      "no secret key",
      () => supabase.state.keys = supabase.state.keys.filter(({ type }) => type !== "secret"),
      /has no secret key\. Make one at https:\/\/supabase\.com\/dashboard\/project\/.*api-keys/,
    ],
    [
      "a secret key of another project",
      () => supabase.state.keys[1]!.api_key = "sb_secret_of_another_project",
      /does not take this secret key \(401\)\. Set SUPABASE_SECRET_KEY/,
    ],
    [
      "captcha",
      () => supabase.state.auth.security_captcha_enabled = true,
      /The board shows no captcha, and Auth wants one: switch it off at https:.*\/auth\/protection/,
    ],
    [
      "trouble",
      () => supabase.state.fault = refuse(503, { message: "maintenance" }),
      /Supabase is in trouble \(503\)\. It says: maintenance\. Run this again/,
    ],
    [
      "another thing",
      () => supabase.state.fault = refuse(200, { hello: 1 }),
      /answered GET .* with something unexpected.*Is SUPABASE_API_URL right/,
    ],
    ["migrations of others", () => {
      supabase.state.fault = ({ path }) =>
        path.endsWith("/migrations") ? Response.json([{ version: "20990101000000" }]) : null;
    }, /has 20990101000000, which this folder does not have.*git pull/s],
    [
      "Cal.com: a wrong key",
      () => calcom.state.keys = [],
      /Cal\.com does not know this API key \(401\).*CALCOM_API_URL=https:\/\/api\.cal\.eu\/v2/,
    ],
    [
      "Cal.com: a licence",
      () =>
        calcom.state.fault = refuse(401, {
          error: { message: "Invalid or missing CALCOM_LICENSE_KEY" },
        }),
      /wants a licence for its API \(401\)/,
    ],
    [
      "Cal.com: no API there",
      () => calcom.state.fault = refuse(404),
      /is not the address of a Cal\.com API \(404\): set CALCOM_API_URL/,
    ],
    [
      "Cal.com: no rights",
      () => calcom.state.fault = refuse(403),
      /This Cal\.com key may not do this \(403\)/,
    ],
    [
      "Cal.com: hidden webhook",
      () =>
        calcom.state.fault = ({ method, path }) =>
          method === "POST" && path === "/webhooks"
            ? Response.json({ error: { message: "exists" } }, { status: 409 })
            : null,
      /has a webhook with this address already \(409\), and does not show it/,
    ],
    [
      "Cal.com: a private address",
      () => calcom.state.takesHttp = false,
      /does not take this address for a webhook \(400\): Subscriber URL is not allowed/,
    ],
    ["Resend: a wrong key", () => resend.state.keys = [], /Resend does not know this key \(400\)/],
    [
      "Resend: a wrong key, as it is documented",
      () => resend.state.fault = refuse(403, { name: "invalid_api_key", message: "Invalid." }),
      /Resend does not know this key \(403\)/,
    ],
    [
      "Resend: a key that was switched off",
      () =>
        resend.state.fault = refuse(403, {
          name: "restricted_api_key",
          message: "API key is not active",
        }),
      /Resend does not know this key \(403\)/,
    ],
    [
      "Resend: no key",
      () => resend.state.fault = refuse(401, { name: "missing_api_key" }),
      /Resend does not know this key \(401\)/,
    ],
    [
      "Resend: a sending key",
      () => resend.state.keys[0]!.permission = "sending_access",
      /can send and nothing else.*Make one with full access/s,
    ],
    [
      "Resend: too many domains",
      () => {
        resend.state.domains = [];
        resend.state.fault = ({ method, path }) =>
          method === "POST" && path === "/domains"
            ? Response.json({ name: "validation_error", message: "You have reached the limit." }, {
              status: 403,
            })
            : null;
      },
      /Resend adds no domain \(403\)\. It says: You have reached the limit\. Your plan/,
    ],
    [
      "Resend: refused on the way",
      () => resend.state.fault = () => new Response("<html>", { status: 403 }),
      /Resend does not allow this \(403\), and does not say why: .*resend\.com\/api-keys/,
    ],
    [
      "Resend: repeats what it was told",
      () =>
        resend.state.fault = refuse(422, {
          name: "x",
          message: `Bearer ${KEYS.RESEND_API_KEY} is odd`,
        }),
      /Resend refused GET \/domains \(422\)\. It says: Bearer •+ is odd/,
    ],
    [
      "Resend: elsewhere",
      () => resend.state.fault = () => new Response(null, { status: 302 }),
      /Resend sends this elsewhere \(302\): look at RESEND_BASE_URL/,
    ],
  ];
  for (const [name, arrange, message] of cases) {
    const before = structuredClone({
      project: supabase.state.project,
      auth: supabase.state.auth,
      projectKeys: supabase.state.keys,
      calcom: [calcom.state.keys, calcom.state.webhooks] as const,
      keys: resend.state.keys,
    });
    arrange();
    const { code, text } = await connect(apis);
    assertEquals(code, 1, name);
    assertMatch(text, message, `${name}: ${text}`);
    assert(!text.includes(KEYS.RESEND_API_KEY), `${name}: ${text}`);
    assert(!/\n\s+at .*\.ts/.test(text), `${name}: ${text}`);
    assert(!text.includes(".."), `${name}: ${text}`);
    const stop = /^Stopped at .*$/m.exec(text)?.[0] ?? "";
    assert(/^(Stopped at "[^"]+"\.)?$/.test(stop), `${name} is told twice: ${text}`);
    const { project, auth, projectKeys } = before;
    Object.assign(supabase.state, { project, auth, keys: projectKeys, rights: null, fault: null });
    await apis.sql`delete from public.members`.catch(() => {});
    [calcom.state.keys, calcom.state.webhooks] = before.calcom;
    Object.assign(calcom.state, { fault: null, takesHttp: true });
    Object.assign(resend.state, { keys: before.keys, fault: null });
    for (const secret of ["CALCOM_WEBHOOK_SECRET", "RESEND_API_KEY"]) {
      supabase.state.secrets.delete(secret);
    }
  }
  const nobody = await connect(apis, [], { ...TEAM, RESEND_BASE_URL: "http://127.0.0.1:9" });
  assertMatch(
    nobody.text,
    /Resend cannot be reached at http:\/\/127\.0\.0\.1:9\. .*RESEND_BASE_URL/,
  );
  resend.state.domains = [];
  await connectAll(apis);
});

test("a short limit is waited for", async (apis) => {
  const limited = new Set<string>();
  const once = (api: string) => () => {
    if (limited.has(api)) return null;
    limited.add(api);
    return Response.json({}, { status: 429, headers: { "retry-after": "1" } });
  };
  for (const api of ["supabase", "calcom", "resend"] as const) apis[api].state.fault = once(api);
  const { text } = await connect(apis);
  assertEquals(limited.size, 3);
  assertMatch(text, /Cal\.com asks to wait 1 s/);
  assertMatch(text, /Proved/);
});

test("what a migration or a deploy fails with is told in the CLI's words", async (apis) => {
  apis.supabase.state.fault = ({ path }) =>
    path === "/cli" ? Response.json({ code: 1, text: "the database is on fire" }) : null;
  const { code, text } = await connect(apis);
  assertEquals(code, 1);
  assertMatch(
    text,
    /supabase db push failed\. It said:\n +the database is on fire\n\nStopped at "Migrations"/,
  );
});

test("a deploy that failed is done again", async (apis) => {
  await connectAll(apis);
  const { state } = apis.supabase;
  state.secrets.set("CALCOM_DEALS_VERSION", "an older one");
  state.fault = ({ path }) => path === "/cli" ? Response.json({ code: 1, text: "no" }) : null;
  assertEquals((await connect(apis)).code, 1);
  state.fault = null;
  const { code, text } = await connect(apis);
  assertEquals(code, 0);
  assertMatch(text, /will deploy/);
});

test("the commands of the Supabase CLI are ones that it has, and go to the project", async (apis) => {
  await connect(apis);
  const { commands } = apis.supabase.state;
  assertEquals(commands.map(({ args }) => args.slice(0, 2).join(" ")), [
    "db push",
    "functions deploy",
  ]);
  for (const { args, env } of commands) {
    assert(args.includes(`--remote=${REF}`), args.join(" "));
    assertEquals(await findProblem(args.join(" ").replace(`=${REF}`, "")), null);
    assert(env.includes("SUPABASE_ACCESS_TOKEN"));
    assert(!env.includes("RESEND_API_KEY") && !env.includes("CALCOM_API_KEY"), env.join());
  }
});

test("with the real Supabase CLI, only its database's address being another", async (apis) => {
  const program = fileURLToPath(new URL("support/redirected-supabase.ts", import.meta.url));
  const more = { ...TEAM, SUPABASE_CLI: program, DATABASE_OF_PROJECT: databaseUrlOf(apis) };
  await connect(apis, [], more);
  const { functions } = apis.supabase.state;
  assertEquals([...functions.keys()].toSorted(), await listFunctions());
  assert([...functions.values()].every(({ verify_jwt }) => !verify_jwt));
  const versions = await apis.sql`select from supabase_migrations.schema_migrations`;
  assert(versions.length >= 15);
  assertMatch(apis.output.at(-1)!, /Proved/);
});

Deno.test({
  name: "at home, with the functions themselves: start --with-apis, connect, a booking, its mail",
  ...SHARED,
  fn: async () => {
    const stack = await startStack({ port: 0, data: "memory", functions: true, apis: true });
    try {
      const { env, calcom, supabase } = stack.apis!;
      const home = { env, output: [] };
      await connect(home);
      const { text } = await connect(home);
      assertMatch(text, /Proved: a signed ping went through the door and is in the log as ignored/);
      // Nobody can switch pg_cron on there.
      assertMatch(text, /^ok +Schedule +the local stack has its own/m);

      const body = readFixture("booking-created-business");
      const [webhook] = calcom.state.webhooks;
      assertEquals(await post(webhook!.subscriberUrl, body, webhook!.secret!), 200);
      await until("the mail is out", () => Promise.resolve(stack.sandbox.messages().length === 1));
      // With the key that was made for the functions, and nothing more.
      assertMatch(supabase.state.secrets.get("RESEND_API_KEY")!, /^re_/);

      // How it fails can be tried, too.
      const fail = await fetch(`${env.RESEND_BASE_URL}/fail?status=401`, { method: "POST" });
      assertMatch(await fail.text(), /The next answer is 401/);
      const failed = await runCommand(home, "doctor");
      assertMatch(failed.text, /^wrong +Resend key +Resend does not know this key \(401\)/m);
      const well = await runCommand(home, "doctor");
      assertMatch(well.text, /^ok +Resend key/m);

      await connect(home, ["--rotate"]);
      const ping = new TextEncoder().encode(pingBody());
      assertEquals(
        await post(webhook!.subscriberUrl, ping, calcom.state.webhooks[0]!.secret!),
        200,
      );
      // What task send signs with is valid as before.
      assertEquals(await post(webhook!.subscriberUrl, ping, stack.webhookSecret), 200);
    } finally {
      await stack.close();
    }
  },
});

test("in a terminal it asks, and shows no key that is typed", async (apis) => {
  await using terminal = openTerminal(apis);
  if (terminal === null) return;
  const { answer } = terminal;
  await answer(/CALCOM_API_KEY \(from/, `${KEYS.CALCOM_API_KEY} and more`);
  // What cannot be right is asked for again, and not all of it.
  await answer(/holds a character that no key has.*CALCOM_API_KEY \(from/s, KEYS.CALCOM_API_KEY);
  await answer(/apply \d+ migrations.*Go on\?/s, "y");
  await answer(/replace the six.*Go on\?/s, "y");
  await answer(/Your brands:/, SENDERS);
  await answer(/own domains.*Go on\?/s, "n");
  await answer(/Who is to get a mail/, "");
  await answer(/Go on\?/, "n");
  await terminal.close();
  const rows = await apis.sql`select from public.senders`;
  assertEquals(rows.length, 2);
});

test("in a terminal it asks for the first operator", async (apis) => {
  const { BOARD_OPERATOR: _, ...others } = TEAM;
  await connect(apis, [], others);
  assertMatch(apis.output.at(-1)!, /warning +Board +nobody may use it yet/);
  await using terminal = openTerminal(apis, others);
  if (terminal === null) return;
  const { answer } = terminal;
  await answer(/CALCOM_API_KEY \(from/, KEYS.CALCOM_API_KEY);
  // The domains that were added a moment ago: their DNS is looked at again.
  await answer(/Go on\?/, "n");
  // One question, and not one before it whether to ask.
  await answer(/first operator of the board(?!.*Go on).*Whose address\?/s, OPERATOR);
  await terminal.answer(/ok +Board +mara@brightloom\.example is operator/, "");
  await terminal.close();
  assertEquals(await listMembers(apis), [[OPERATOR, "operator", true]]);
});

test("in a terminal it asks whether a secret that nobody can see may go", async (apis) => {
  await connectAll(apis);
  const { supabase: { state }, calcom } = apis;
  const byHand = "of a webhook that no key can see";
  state.secrets.set("CALCOM_WEBHOOK_SECRET", byHand);
  calcom.state.webhooks = [];
  for (const isToGo of [false, true]) {
    await using terminal = openTerminal(apis, TEAM);
    if (terminal === null) return;
    const { answer } = terminal;
    await answer(/CALCOM_API_KEY \(from/, KEYS.CALCOM_API_KEY);
    await answer(/will ask whether to replace CALCOM_WEBHOOK_SECRET.*Go on\?/s, "y");
    await answer(/nobody here can see.*Forget it\? \[y\/N\]/s, isToGo ? "y" : "");
    if (isToGo) await answer(/make a webhook.*Go on\?/s, "y");
    await answer(/Sign-in +by a code/, "");
    await terminal.close();
    assertEquals(calcom.state.webhooks.length, isToGo ? 1 : 0);
    assertEquals(state.secrets.get("CALCOM_WEBHOOK_SECRET") === byHand, !isToGo);
  }
  assertEquals(await apis.deliver(pingBody()), 200);
});

test("in a terminal an address for alarms that is none is refused", async (apis) => {
  const { ALERT_ADDRESS: _, ...others } = TEAM;
  verifyDomains(apis);
  await connect(apis, [], others);
  await using terminal = openTerminal(apis, others);
  if (terminal === null) return;
  const { answer, see } = terminal;
  await answer(/CALCOM_API_KEY \(from/, KEYS.CALCOM_API_KEY);
  await answer(/ask who is to get a mail(?!.*Go on).*Who is to get a mail.*\?/s, "ops@brightloom");
  await see(/ALERT_ADDRESS takes a mail address, and "ops@brightloom" is none/);
  await terminal.close();
});

/** Posts a body as Cal.com would. */
async function post(url: string, body: Uint8Array<ArrayBuffer>, secret: string): Promise<number> {
  const headers = { "x-cal-signature-256": sign(body, secret) };
  const answer = await fetch(url, { method: "POST", headers, body });
  await answer.body?.cancel();
  return answer.status;
}

/** What Cal.com's button would send, never the same twice. */
function pingBody(): string {
  return JSON.stringify({
    triggerEvent: "PING",
    createdAt: new Date().toISOString(),
    id: crypto.randomUUID(),
  });
}

function databaseUrlOf({ sql }: Apis): string {
  const { host, port, user, pass, database } = sql.options as unknown as Record<string, string>;
  return `postgres://${user}:${pass}@${[host].flat()[0]}:${[port].flat()[0]}/${database}`;
}

/** The command in a terminal of its own; null on a machine that has no `script`. */
function openTerminal(apis: Apis, more: Record<string, string> = {}) {
  const { CALCOM_API_KEY: _, ...others } = apis.env;
  const program = fileURLToPath(new URL("../setup/connect.ts", import.meta.url));
  const isThere =
    new Deno.Command("sh", { args: ["-c", "command -v script"] }).outputSync().success;
  if (!isThere) return null;
  const child = new Deno.Command("script", {
    args: ["-qec", `${Deno.execPath()} run --quiet --no-check -A ${program}`, "/dev/null"],
    env: { ...others, ...more, NO_COLOR: "1", CALCOM_API_KEY: "" },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let unread = "";
  const shown: string[] = [];
  const writer = child.stdin.getWriter();
  const reading = (async () => {
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      unread += text;
      shown.push(text);
    }
  })();
  async function close(): Promise<void> {
    await writer.close().catch(() => {});
    try {
      child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await child.status;
    await reading.catch(() => {});
    apis.output.push(shown.splice(0).join(""));
  }
  const see = (what: RegExp) => until(`it shows ${what}`, () => Promise.resolve(what.test(unread)));
  return {
    see,
    /** Types a line as soon as something is shown. */
    answer: async (question: RegExp, text: string) => {
      await see(question);
      unread = "";
      await writer.write(new TextEncoder().encode(`${text}\r`));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

Deno.test("a brand is read as people write one", () => {
  assertEquals(
    parseSenders('Ann & Co. <Ann@A.example>;b@b.example\nc.example = "Cee" <hi@mail.c.example>'),
    [
      {
        organizer_domain: "a.example",
        from_address: "Ann@A.example",
        from_name: "Ann & Co.",
        is_default: true,
      },
      {
        organizer_domain: "b.example",
        from_address: "b@b.example",
        from_name: null,
        is_default: false,
      },
      {
        organizer_domain: "c.example",
        from_address: "hi@mail.c.example",
        from_name: "Cee",
        is_default: false,
      },
    ],
  );
});

Deno.test("a digest is what Supabase shows", () => {
  assertEquals(digestOf("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
