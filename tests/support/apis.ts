import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "npm:postgres@3.4.9";
import { keepRequest, type RecordedCall } from "../../local/apis/answers.ts";
import { authAdmin } from "../../local/apis/auth-admin.ts";
import { type CalcomStandIn, openCalcom } from "../../local/apis/calcom.ts";
import { openResend, type ResendStandIn } from "../../local/apis/resend.ts";
import { openSupabase, type SupabaseStandIn } from "../../local/apis/supabase.ts";
import { listJobs } from "../../setup/project.ts";
import { createHandler } from "../../supabase/functions/calcom-webhook/handler.ts";
import { finish } from "./stack.ts";

export const REF = "abcdefghijklmnopqrst";

/** What a person would have in the environment. */
export const KEYS = {
  SUPABASE_ACCESS_TOKEN: "sbp_0123456789abcdef0123456789abcdef01234567",
  SUPABASE_PROJECT_REF: REF,
  CALCOM_API_KEY: "cal_live_0123456789abcdef0123456789abcdef",
  RESEND_API_KEY: "re_full_0123456789abcdef01234567",
};

/** The keys of the project itself. */
const PROJECT_KEYS = {
  publishableKey: "sb_publishable_0123456789abcdef",
  secretKey: "sb_secret_0123456789abcdef0123456789abcdef",
};

/** Brands of a team. */
export const SENDERS = "Brightloom <team@brightloom.example>; kelp.example = hi@mail.kelp.example";

/** What a hosted project has besides: jobs of pg_cron, and a health that a test decides. */
const HOSTED_SQL = `
create schema if not exists cron;
create table if not exists cron.job (
  jobid bigint generated always as identity, jobname text unique, schedule text, command text,
  active boolean not null default true
);
create or replace function cron.schedule(text, text, text) returns bigint language sql as $$
  insert into cron.job (jobname, schedule, command) values ($1, $2, $3)
  on conflict (jobname) do update set schedule = excluded.schedule returning jobid
$$;
create schema if not exists hosted;
create table if not exists hosted.health (answer jsonb not null);
insert into hosted.health values ('[
  {"check": "failed_events", "ok": true, "since": null, "detail": "none", "what_to_do": null}
]');
create or replace function public.health() returns jsonb language sql stable as
  'select h.answer from hosted.health as h limit 1';
`;

/** The three products, on a database of their own, and the door as it is deployed. */
export interface Apis {
  supabase: SupabaseStandIn;
  calcom: CalcomStandIn;
  resend: ResendStandIn;
  sql: Sql;
  /** What the commands get besides {@linkcode KEYS}. */
  env: Record<string, string>;
  /** Everything that anybody was told or asked, for a search for secrets. */
  output: string[];
  /** What is in front of every API: a test can count, stop and kill. */
  onChange: ((what: string) => Promise<void> | void) | null;
  /** How many more requests instances answer that were started before the secrets changed. */
  lag: number;
  /** Posts what Cal.com would post through one of its webhooks, now. */
  deliver(body: string, secret?: string | null): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Serves the stand-ins on a port of this machine. @param databaseUrl of a database's owner */
export async function serveApis(databaseUrl: string): Promise<Apis> {
  const sql = postgres(databaseUrl, { max: 2, onnotice: () => {} });
  const supabase = await openSupabase({
    ref: REF,
    token: KEYS.SUPABASE_ACCESS_TOKEN,
    ...PROJECT_KEYS,
    databaseUrl,
    onPush: async (pushed) => {
      await pushed.unsafe(HOSTED_SQL);
      for (const { name, schedule, command } of await listJobs()) {
        await pushed`select cron.schedule(${name}, ${schedule}, ${command})`;
      }
    },
  });
  const people = authAdmin({
    sql: async <T>(query: string, parameters: unknown[] = []) =>
      [...await sql.unsafe(query, parameters as never[])] as T[],
    ...PROJECT_KEYS,
  });
  const calcom = openCalcom({ key: KEYS.CALCOM_API_KEY, takesHttp: true });
  const resend = openResend({ fullKey: KEYS.RESEND_API_KEY });
  resend.state.isDnsSet = true;

  const apis: Pick<Apis, "onChange" | "lag"> = { onChange: null, lag: 0 };
  let known = "";
  let left = 0;
  /** What a function knows, which may be what was set before. */
  function readSecrets(): string[] {
    const set = supabase.state.secrets.get("CALCOM_WEBHOOK_SECRET") ?? "";
    if (set !== known && left === 0) left = apis.lag + 1;
    if (set !== known && --left === 0) known = set;
    return known.split(",");
  }

  /** The webhook with the secrets that are set at this moment, when it is deployed. */
  async function knock(request: Request): Promise<Response> {
    if (!supabase.state.functions.has("calcom-webhook")) {
      return Response.json({ code: "NOT_FOUND", message: "not found" }, { status: 404 });
    }
    const secrets = readSecrets();
    return await createHandler({
      secrets: secrets.every((secret) => secret.length >= 16) ? secrets : [],
      events: {
        store: async ({ value }) => {
          const [row] = await sql`
            insert into public.calcom_events (payload) values (${sql.json(value as never)})
            returning id`;
          return { kind: "stored", eventId: row!.id };
        },
        process: async (event) => {
          const [row] = await sql`
            select public.handle_calcom_event(${sql.json(event as never)}) as answer`;
          return row!.answer;
        },
      },
      sendMails: () => {},
      log: () => {},
    })(request);
  }

  /** What changes something, by the name of the API and the call; null for what only reads. */
  function nameChange(api: string, { method, path, body }: RecordedCall): string | null {
    const { query = "" } = (body ?? {}) as { query?: string };
    const isRead = method === "GET" || path.endsWith("/read-only") ||
      /^select (?!vault\.|cron\.)/.test(query);
    if (isRead || api === "functions") return null;
    return `${api} ${method} ${path}`.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, "…");
  }

  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const [, api = "", ...rest] = pathname.split("/");
    const path = `/${rest.join("/")}`;
    const { call, copy } = await keepRequest(request, path);
    const answer = api === "supabase"
      ? await supabase.fetch(copy(), path)
      : api === "calcom"
      ? await calcom.fetch(copy())
      : api === "resend"
      ? await resend.fetch(copy(), path)
      : api === "auth"
      ? await people(copy(), path.slice("/v1".length)) ?? new Response(null, { status: 404 })
      : await knock(copy());
    const change = nameChange(api, call);
    // After it was done: what kills the command now leaves the change behind.
    if (change !== null) await apis.onChange?.(change);
    return answer;
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;

  return Object.assign(apis, {
    supabase,
    calcom,
    resend,
    sql,
    output: [],
    env: {
      ...KEYS,
      SUPABASE_API_URL: `${origin}/supabase`,
      SUPABASE_URL: origin,
      CALCOM_API_URL: `${origin}/calcom/v2`,
      RESEND_BASE_URL: `${origin}/resend`,
      ROTATE_WAIT_SECONDS: "0",
      SUPABASE_CLI: fileURLToPath(new URL("../../local/apis/supabase-cli.ts", import.meta.url)),
    },
    deliver: async (body: string, secret = calcom.state.webhooks[0]!.secret) => {
      const signature = createHmac("sha256", secret ?? "").update(body).digest("hex");
      const answer = await fetch(calcom.state.webhooks[0]!.subscriberUrl, {
        method: "POST",
        headers: { "x-cal-signature-256": signature },
        body,
      });
      await answer.body?.cancel();
      return answer.status;
    },
    [Symbol.asyncDispose]: async () => {
      await server.shutdown();
      await supabase.close();
      await sql.end({ timeout: 1 });
    },
  });
}

/** The domains of {@linkcode SENDERS} are verified, as if somebody had set their DNS before. */
export function verifyDomains({ resend: { state } }: Pick<Apis, "resend">): void {
  for (const name of ["brightloom.example", "mail.kelp.example"]) {
    const capabilities = { sending: "enabled", receiving: "disabled" };
    state.domains.push({ id: crypto.randomUUID(), name, status: "verified", capabilities });
  }
}

/** The commands of `setup/`. */
type Command = "connect" | "doctor" | "invite" | "reconcile";

/** Starts one of them, as a person or a machine without a terminal would. */
export function spawnCommand(
  { env }: Pick<Apis, "env">,
  name: Command,
  args: string[] = [],
  more: Record<string, string> = {},
): Deno.ChildProcess {
  const given = { ...env, ...more };
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-check", "-A"],
      fileURLToPath(new URL(`../../setup/${name}.ts`, import.meta.url)),
      ...args,
    ],
    // Nothing of this machine's own settings may get in.
    clearEnv: true,
    env: {
      NO_COLOR: "1",
      ...Object.fromEntries(
        ["HOME", "PATH", "DENO_DIR", "TMPDIR"].flatMap((one) => {
          const value = Deno.env.get(one);
          return value === undefined ? [] : [[one, value]];
        }),
      ),
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== "(none)")),
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a command to its end, and keeps what it printed. `(none)` takes a variable away. */
export async function runCommand(
  apis: Pick<Apis, "env" | "output">,
  name: Command,
  args: string[] = [],
  more: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await finish(spawnCommand(apis, name, args, more));
  const text = stdout + stderr;
  apis.output.push(text);
  return { code, text };
}

/** Everything that must be seen nowhere: the keys, and what was made. */
export function listSecrets({ supabase, calcom, resend }: Apis): string[] {
  const { SUPABASE_PROJECT_REF: _, ...keys } = KEYS;
  return [
    ...Object.values(keys),
    PROJECT_KEYS.secretKey,
    supabase.state.auth.smtp_pass ?? "",
    ...[...supabase.state.secrets].filter(([name]) => /SECRET$|KEY$/.test(name))
      .flatMap(([, value]) => value.split(",")),
    ...calcom.state.webhooks.map(({ secret }) => secret ?? ""),
    ...resend.state.webhooks.map(({ signing_secret }) => signing_secret),
    ...resend.state.keys.map(({ token }) => token),
  ].filter((secret) => secret !== "");
}
