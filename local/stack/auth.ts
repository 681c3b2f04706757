import type { App } from "npm:@supabase/lite@0.10.0";
import { fileURLToPath } from "node:url";
import type { SqlRunner } from "../migrations.ts";
import type { Sandbox } from "../resend/types.ts";
import type { CodeLimits } from "./code-limits.ts";

/** Somebody who may sign in. */
export interface Member {
  email: string;
  name: string;
  role: "viewer" | "sales" | "operator";
}

/** Whom every local stack has invited. */
export const FIRST_MEMBER: Member = {
  email: "operator@team.example",
  name: "Olivia Operator",
  role: "operator",
};

/** Settings of @supabase/lite's Auth, as those of a project are: invited people, and codes by mail. */
export function authConfig(url: string, jwtSecret: string) {
  return {
    enabled: true,
    jwt_secret: jwtSecret,
    jwt_expiry: 3600,
    site_url: url,
    enable_signup: false,
    email: {
      otp_length: 6,
      otp_expiry: 900,
      template: {
        magic_link: {
          subject: "Your code to sign in",
          content_path: fileURLToPath(
            new URL("../../supabase/templates/sign-in-code.html", import.meta.url),
          ),
        },
      },
    },
  };
}

/**
 * Makes what Auth keeps its people in, as a Supabase project has it before the first migration.
 * Safe to run again.
 */
export async function makeAuthSchema(app: App, { sql }: SqlRunner): Promise<void> {
  await app.init();
  await sql(`
    ${app.connection.config.baseSchema};
    grant usage on schema auth to anon, authenticated, service_role;`);
}

/** Sends what Auth mails as the default sender, as a project does whose SMTP server is Resend's. */
export function authMailer({ sql }: SqlRunner, sandbox: Pick<Sandbox, "fetch">, apiKey: string) {
  return {
    send: async ({ to, subject, html }: { to: string; subject: string; html?: string }) => {
      const [sender] = await sql<{ from_address: string }>(
        "select from_address from public.senders order by is_default desc limit 1",
      );
      const request = new Request("http://127.0.0.1/emails", {
        method: "POST",
        headers: { authorization: `Bearer ${apiKey}` },
        body: JSON.stringify({ from: sender?.from_address ?? "", to, subject, html }),
      });
      const answer = await sandbox.fetch(request, "/emails");
      const text = await answer.text();
      if (!answer.ok) throw new Error(`The sandbox does not take the mail with a code: ${text}`);
    },
  };
}

/**
 * Invites somebody, as `inviteUserByEmail` does at Supabase: who is known already stays as they are.
 * @supabase/lite has no admin API, so its rows are written here.
 */
export async function invite({ sql }: SqlRunner, { email, name, role }: Member): Promise<void> {
  await sql(
    `with made as (
       insert into auth.users (
         id, email, email_confirmed_at, invited_at, raw_app_meta_data, raw_user_meta_data
       )
       select gen_random_uuid(), i.email, now(), now(),
         '{"provider": "email", "providers": ["email"]}', jsonb_build_object('name', i.name)
       from (select $1::text as email, $2::text as name) as i
       where not exists (select from auth.users as u where u.email = i.email)
       returning id, email
     )
     insert into auth.identities (id, provider, provider_id, user_id, identity_data)
     select gen_random_uuid(), 'email', m.id::text, m.id,
       jsonb_build_object('sub', m.id, 'email', m.email, 'email_verified', true)
     from made as m`,
    [email, name],
  );
  // Who was given another role here keeps it.
  const [table] = await sql<{ is_there: boolean }>(
    `select to_regclass('public.members') is not null as is_there`,
  );
  if (!table?.is_there) return;
  await sql(
    `insert into public.members (user_id, email, name, role)
     select u.id, u.email, $2, $3 from auth.users as u where u.email = $1
     on conflict do nothing`,
    [email, name, role],
  );
}

/** What of Auth there is, here: what a page needs that signs invited people in. */
const SERVED = [
  /^POST \/auth\/v1\/(otp|verify|signup|logout)$/,
  /^POST \/auth\/v1\/token$/,
  /^GET \/auth\/v1\/(user|settings|health)$/,
  /^OPTIONS \/auth\/v1\/\w+$/,
];

/**
 * Answers a request to Auth as Supabase's does, where @supabase/lite by itself does not.
 * @param fetch @supabase/lite's own answer
 * @param limits how often one may try; those of one stack
 */
export async function serveAuth(
  request: Request,
  fetch: (request: Request) => Promise<Response>,
  limits: CodeLimits,
): Promise<Response> {
  const answer = await answerAuth(request, fetch, limits);
  // A page of another origin may ask, and may send what supabase-js sends.
  answer.headers.set("access-control-allow-origin", "*");
  const names = request.headers.get("access-control-request-headers");
  if (names !== null) answer.headers.set("access-control-allow-headers", names);
  return answer;
}

async function answerAuth(
  request: Request,
  fetch: (request: Request) => Promise<Response>,
  limits: CodeLimits,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const isServed = SERVED.some((route) => route.test(`${request.method} ${pathname}`)) &&
    // Nobody has a password.
    (pathname !== "/auth/v1/token" || searchParams.get("grant_type") === "refresh_token");
  if (!isServed) return Response.json({ message: "Not found" }, { status: 404 });

  if (pathname === "/auth/v1/otp" && request.method === "POST") return await sendCode();
  if (pathname === "/auth/v1/verify" && request.method === "POST") return await tryCode();
  return await fetch(request);

  async function tryCode(): Promise<Response> {
    let email = "";
    const asked = await withBody(({ type, ...rest }) => {
      email = String(rest.email ?? "");
      // Its own name for a code that came by mail, whatever the reason.
      return { ...rest, type: type === "email" ? "magiclink" : type };
    });
    const may = limits.mayTry(email);
    if (may === "often") return refuse(429, "over_request_rate_limit", TOO_OFTEN);
    // As a code that is not the one: who guesses is not told that it would have been.
    if (may === "void") return refuse(403, "otp_expired", "Token has expired or is invalid");
    const answer = await fetch(asked);
    if (answer.status === 403) limits.noteWrong(email);
    return answer;
  }

  async function sendCode(): Promise<Response> {
    let email = "";
    const asked = await withBody((body) => {
      email = String(body.email ?? "");
      // It would make an account here for whoever asks, though sign-up is off.
      return { ...body, create_user: false };
    });
    // Without a key there is nothing, and nothing counts.
    if (request.headers.has("apikey") && !limits.mayAsk(email)) {
      return refuse(429, "over_email_send_rate_limit", TOO_OFTEN);
    }
    const answer = await fetch(asked);
    // Who asks is not told who is a member. Supabase's own Auth does tell, by this very error: a
    // page has to take it for an answer like any other.
    const isStranger = answer.headers.get("x-sb-error-code") === "otp_disabled";
    if (!isStranger) return answer;
    const { headers } = answer;
    headers.delete("x-sb-error-code");
    headers.delete("content-length");
    return new Response("{}", { status: 200, headers });
  }

  async function withBody(
    change: (body: Record<string, unknown>) => Record<string, unknown>,
  ): Promise<Request> {
    const text = await request.text();
    const { url, method, headers } = request;
    let body = text;
    try {
      body = JSON.stringify(change(JSON.parse(text)));
    } catch {
      // What is no JSON is refused as such.
    }
    return new Request(url, { method, headers: without(headers, "content-length"), body });
  }
}

const TOO_OFTEN = "Too many requests for this address: wait five minutes";

/** An error as Auth gives it. */
function refuse(status: number, code: string, message: string): Response {
  return Response.json({ code: status, error_code: code, msg: message }, {
    status,
    headers: { "x-sb-error-code": code },
  });
}

function without(headers: Headers, name: string): Headers {
  const others = new Headers(headers);
  others.delete(name);
  return others;
}
