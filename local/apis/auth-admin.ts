/**
 * A stand-in for the part of Supabase's Auth that only a secret key may ask: the people in it. Made
 * from its documented shapes, on the tables that Auth has. @supabase/lite has none of it.
 */
import { randomUUID } from "node:crypto";
import { bearer } from "./answers.ts";

/** Somebody, as the API shows them; the real one shows more. */
interface User {
  id: string;
  aud: string;
  role: string;
  email: string;
  email_confirmed_at: string | null;
  app_metadata: unknown;
  user_metadata: unknown;
  created_at: string;
}

/** What the stand-in stands on. */
export interface AuthAdminOptions {
  sql: <T>(query: string, parameters?: unknown[]) => Promise<T[]>;
  /** The only key that is let in. */
  secretKey: string;
  /** A key that is known, and may not do this. */
  publishableKey?: string;
}

/** What a database without Supabase's Auth gets instead, as far as it is asked here. */
export const AUTH_SQL = `
do $$
begin
  if to_regclass('auth.users') is null then
    create schema if not exists auth;
    create table auth.users (
      id uuid primary key,
      aud text default 'authenticated',
      role text default 'authenticated',
      email text unique,
      encrypted_password text,
      email_confirmed_at timestamptz,
      invited_at timestamptz,
      raw_app_meta_data jsonb default '{}',
      raw_user_meta_data jsonb default '{}',
      created_at timestamptz default now(),
      updated_at timestamptz default now()
    );
    create table auth.identities (
      id uuid primary key,
      provider text not null,
      provider_id text not null,
      user_id uuid not null references auth.users (id) on delete cascade,
      identity_data jsonb not null
    );
  end if;
end;
$$`;

const COLUMNS = `u.id, u.aud, u.role, u.email, u.email_confirmed_at,
  u.raw_app_meta_data as app_metadata, u.raw_user_meta_data as user_metadata, u.created_at`;

/**
 * Answers what is under `/admin/users`; null for every other path.
 * @returns a function of a request and what stands after `/auth/v1`
 */
export function authAdmin(
  { sql, secretKey, publishableKey }: AuthAdminOptions,
): (request: Request, path: string) => Promise<Response | null> {
  return async (request, path) => {
    const match = /^\/admin\/users(?:\/([^/]+))?\/?$/.exec(path);
    if (match === null) return null;
    const id = match[1];
    const refused = refuseKey(request);
    if (refused !== null) return refused;
    const { method } = request;
    if (id === undefined) {
      if (method === "GET") return await list(new URL(request.url).searchParams);
      if (method === "POST") return await create(await request.json());
    } else if (method === "PUT") return await update(id, await request.json());
    return refuse(405, "validation_failed", `${method} is not allowed here`);
  };

  /** First what is in front of Auth, which knows the keys; then Auth itself. */
  function refuseKey(request: Request): Response | null {
    const key = request.headers.get("apikey") ?? "";
    if (key !== secretKey && key !== publishableKey) {
      const hint = "Double check your Supabase `anon` or `service_role` API key.";
      return Response.json({ message: "Invalid API key", hint }, { status: 401 });
    }
    if (key === secretKey && /^Mozilla/.test(request.headers.get("user-agent") ?? "")) {
      return Response.json({ message: "Forbidden use of secret API key in browser" }, {
        status: 401,
      });
    }
    if (bearer(request) === "") {
      return refuse(401, "no_authorization", "This endpoint requires a valid Bearer token");
    }
    return bearer(request) === secretKey ? null : refuse(403, "not_admin", "User not allowed");
  }

  /** By pages; there is no documented way to ask for an address. */
  async function list(parameters: URLSearchParams): Promise<Response> {
    const size = Number(parameters.get("per_page") ?? 50);
    const page = Number(parameters.get("page") ?? 1);
    const users = await sql<User>(
      `select ${COLUMNS} from auth.users as u order by u.created_at desc, u.id
       limit $1 offset $2`,
      [size, (page - 1) * size],
    );
    return Response.json({ users, aud: "authenticated" });
  }

  async function create(body: Record<string, unknown>): Promise<Response> {
    const email = String(body.email ?? "").toLowerCase();
    if (email === "") {
      return refuse(
        400,
        "validation_failed",
        "Cannot create a user without either an email or phone",
      );
    }
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
      return refuse(400, "validation_failed", "Unable to validate email address: invalid format");
    }
    // Without a password it makes one that nobody knows. That the address is right is taken on trust.
    const [user] = await sql<User>(
      `with made as (
         insert into auth.users as u (
           id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data
         )
         select $1::text::uuid, $2::text, $3::text, case when $4::text = 'true' then now() end,
           '{"provider": "email", "providers": ["email"]}', $5::text::jsonb
         where not exists (select from auth.users as o where o.email = $2::text)
         returning ${COLUMNS}
       ), identity as (
         insert into auth.identities (id, provider, provider_id, user_id, identity_data)
         select gen_random_uuid(), 'email', m.id::text, m.id,
           jsonb_build_object('sub', m.id, 'email', m.email, 'email_verified', false)
         from made as m
       )
       select * from made`,
      [
        randomUUID(),
        email,
        String(body.password ?? randomUUID()),
        String(body.email_confirm === true),
        JSON.stringify(body.user_metadata ?? {}),
      ],
    );
    return user === undefined
      ? refuse(422, "email_exists", "A user with this email address has already been registered")
      : Response.json(user);
  }

  async function update(id: string, body: Record<string, unknown>): Promise<Response> {
    const [user] = await sql<User>(
      `update auth.users as u
       set
         email_confirmed_at = case when $2::text = 'true' then now() else u.email_confirmed_at end,
         encrypted_password = coalesce($3::text, u.encrypted_password)
       where u.id::text = $1
       returning ${COLUMNS}`,
      [id, String(body.email_confirm === true), body.password ?? null],
    );
    return user === undefined
      ? refuse(404, "user_not_found", "User not found")
      : Response.json(user);
  }
}

/** As Auth says it to whoever names no version of its API: the code twice, and a `msg`. */
function refuse(status: number, error_code: string, msg: string): Response {
  return Response.json({ code: status, error_code, msg }, {
    status,
    headers: { "x-sb-error-code": error_code },
  });
}
