import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { AUTH_SQL } from "../local/apis/auth-admin.ts";
import {
  type AuthSettings,
  changeAuthSettings,
  newAuthSettings,
} from "../local/apis/auth-config.ts";
import { VAULT_SQL } from "../local/apis/vault.ts";
import { listFunctions, REPORTS_PATH, WEBHOOK_PATH } from "../setup/project.ts";
import { REPORTS } from "../setup/steps/resend-webhook.ts";
import {
  describeServer,
  findProblems,
  findTemplateProblems,
  readTemplate,
} from "../setup/sign-in.ts";
import { SHARED_SECRETS } from "../setup/vault.ts";
import { TRIGGERS } from "../setup/webhooks.ts";
import { databaseTest } from "./support/database.ts";

const page = await Deno.readTextFile(new URL("../docs/by-hand.md", import.meta.url));

// Whether they are ones that the CLI has, readme.test.ts asks of all documents.
Deno.test("the page has the commands that connect runs", () => {
  const commands: string[] = blocks("sh").join("\n").match(/(?<=supabase@[\d.]+ ).*/g) ?? [];
  for (const command of ["db push --remote", "functions deploy --use-api"]) {
    assert(commands.includes(command), command);
  }
});

Deno.test("by hand one sets what connect sets", async () => {
  const env = await Deno.readTextFile(
    new URL("../supabase/functions/_shared/env.ts", import.meta.url),
  );
  const told = [...page.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name!);
  const shared = Object.values(SHARED_SECRETS);
  assertEquals(
    told.toSorted(),
    [
      ...["CALCOM_API_KEY", "CALCOM_WEBHOOK_SECRET", "RESEND_API_KEY", "RESEND_WEBHOOK_SECRET"],
      ...shared,
    ].toSorted(),
  );
  // What the functions read is there under the same names.
  for (const name of told.filter((name) => env.includes(name))) {
    assert(env.includes(`"${name}"`), name);
  }
});

Deno.test("by hand one chooses the events that connect chooses", () => {
  const triggers = page.match(/`(?:BOOKING|MEETING)_[A-Z_]+`/g)!.map((name) => name.slice(1, -1));
  assertEquals(triggers.toSorted(), [...TRIGGERS].toSorted());
  const reports = page.match(/`email\.[a-z_]+`/g)!.map((name) => name.slice(1, -1));
  assertEquals(reports.toSorted(), [...REPORTS].toSorted());
});

Deno.test("the addresses are those of the functions", async () => {
  const paths = new Set(page.match(/\/functions\/v1\/[a-z-]+/g));
  assertEquals([...paths].toSorted(), [WEBHOOK_PATH, REPORTS_PATH].toSorted());
  const names = await listFunctions();
  for (const path of paths) assert(names.includes(path.split("/").at(-1)!), path);
});

Deno.test("by hand one sets sign-in up as connect does, in an order that Supabase takes", async () => {
  const rows = [...page.matchAll(/^\|.*\| `([a-z_]+)` \| (?:`(.+)`)? ?\|$/gm)];
  const template = await readTemplate();
  assert(page.includes("`supabase/templates/sign-in-code.html`"));
  const others: Record<string, string> = {
    smtp_pass: "a key of Resend",
    mailer_templates_magic_link_content: template,
  };
  const settings = newAuthSettings();
  for (const [, name, value] of rows) {
    const isText = /^(smtp|mailer_[st])/.test(name!);
    const wish = isText ? value ?? others[name!] : JSON.parse(value!);
    const refused = changeAuthSettings(settings, { [name!]: wish } as Partial<AuthSettings>);
    assertEquals(refused, null, name);
  }
  assertEquals(findProblems(settings), []);
  assertEquals(findTemplateProblems(settings, template), []);
  assertEquals(describeServer(settings), "resend");
  assertEquals(settings.smtp_admin_email, "team@example.com");
});

databaseTest("every statement of the page runs", async ({ sql }) => {
  await sql.unsafe(VAULT_SQL);
  await sql.unsafe(AUTH_SQL);
  await sql`insert into auth.users (id, email) values (gen_random_uuid(), 'you@example.com')`;
  // Supabase has pgcrypto; a plain Postgres has not.
  await sql.unsafe(`create or replace function extensions.gen_random_bytes(int) returns bytea
    language sql as $$ select decode(repeat(md5(random()::text), $1 / 16), 'hex') $$`);
  for (const block of blocks("sql")) await sql.unsafe(block);

  const senders = await sql`select s.from_address from public.senders as s`;
  assertEquals(senders.map(({ from_address }) => from_address), ["team@example.com"]);
  const members = await sql`select m.email, m.role from public.members as m`;
  assertEquals(members.map(({ email, role }) => [email, role]), [["you@example.com", "operator"]]);
  const names = await sql`select v.name from vault.secrets as v order by v.name`;
  assertEquals(
    names.map(({ name }) => name),
    ["project_url", ...Object.keys(SHARED_SECRETS)].toSorted(),
  );
});

/** The examples in one language. */
function blocks(language: string): string[] {
  return Array.from(
    page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "gs")),
    ([, text]) => text!,
  );
}
