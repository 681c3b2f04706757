import postgres, { type Sql } from "npm:postgres@3.4.9";
import { readMigrations, SUPABASE_BASE_SQL } from "../../local/migrations.ts";
import { type PostgresOptions, startPostgres } from "../../local/stack/postgres.ts";

/** A Postgres server that makes databases for tests. */
export interface TestServer {
  majorVersion: number;
  /** The extensions that Postgres has files for. */
  extensions: string[];
  /** A database like a new Supabase project's, without the migrations. Returns its URL. */
  createEmptyDatabase(): Promise<string>;
  /** A database with the migrations applied, without the seed. Returns its URL. */
  createDatabase(): Promise<string>;
  /** The URL of the same database for a superuser. */
  asSuperuser(url: string): string;
  /** Stops the server as a power cut would and starts it again. Not for a server of DATABASE_URL. */
  crash(): Promise<void>;
  /** Removes everything that was created. */
  close(): Promise<void>;
}

/** A test server may lose everything when the machine does; only a crash of its own counts. */
export const FAST: PostgresOptions = { settings: ["fsync=off"] };

/**
 * Starts a Postgres server for tests. With `DATABASE_URL` (a superuser's) and no options it uses
 * that server, creates databases and a role of its own there, and drops them on `close()`.
 */
export async function startTestServer(options?: PostgresOptions): Promise<TestServer> {
  const url = Deno.env.get("DATABASE_URL");
  const server = url !== undefined && options === undefined
    ? {
      url,
      crash: () => Promise.reject(new Error("Cannot crash the server of DATABASE_URL")),
      close: () => Promise.resolve(),
    }
    : await startPostgres(options ?? FAST);
  const admin = connect(server.url);
  const owner: Role = {
    name: `calcom_deals_test_${crypto.randomUUID().slice(0, 8)}`,
    password: crypto.randomUUID(),
  };
  const databases: string[] = [];

  /** The owner is no superuser, like the role `postgres` on Supabase: what it may not do fails here too. */
  async function copy(template: string): Promise<string> {
    const name = `${owner.name}_${databases.length}`;
    databases.push(name);
    await admin.unsafe(`create database ${name} template ${template} owner ${owner.name}`);
    return name;
  }

  async function close(): Promise<void> {
    try {
      for (const name of databases) {
        await admin.unsafe(`drop database if exists ${name} with (force)`);
      }
      await admin.unsafe(`drop role if exists ${owner.name}`);
    } finally {
      await admin.end();
      await server.close();
    }
  }

  try {
    await admin.unsafe(`
      create role ${owner.name} login createdb createrole bypassrls password '${owner.password}';
      alter role ${owner.name} set search_path = "$user", public, extensions`);
    const [info] = await admin<{ version: number; extensions: string[] }[]>`
      select current_setting('server_version_num')::int / 10000 as version,
        array(select e.name::text from pg_catalog.pg_available_extensions as e) as extensions`;
    const empty = await copy("template0");
    await withConnection(urlOf(server.url, empty), (sql) =>
      sql.unsafe(`
        ${SUPABASE_BASE_SQL};
        grant anon, authenticated, service_role to ${owner.name};
        grant usage, create on schema extensions to ${owner.name}`));
    const migrated = await copy(empty);
    await withConnection(urlOf(server.url, migrated, owner), applyMigrations);

    return {
      majorVersion: info!.version,
      extensions: info!.extensions,
      createEmptyDatabase: async () => urlOf(server.url, await copy(empty), owner),
      createDatabase: async () => urlOf(server.url, await copy(migrated), owner),
      asSuperuser: (url) => urlOf(server.url, new URL(url).pathname.slice(1)),
      crash: server.crash,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens a connection (or `max` of them) that the caller ends. */
export function connect(url: string, max = 1): Sql {
  // Seconds between attempts: what a test has stopped is back at once.
  return postgres(url, { max, onnotice: () => {}, backoff: () => 0.1 });
}

/** Opens a connection for `use`, and ends it however that ends. */
export async function withConnection<T>(url: string, use: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = connect(url);
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

/** Applies all migrations. */
export async function applyMigrations(sql: Sql): Promise<void> {
  for (const migration of await readMigrations()) {
    try {
      await sql.unsafe(migration.sql);
    } catch (error) {
      throw new Error(`Cannot apply ${migration.name}: ${error}`, { cause: error });
    }
  }
}

interface Role {
  name: string;
  password: string;
}

/** The same server, another database, and another role if one is given. */
function urlOf(serverUrl: string, database: string, role?: Role): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  if (role !== undefined) {
    url.username = role.name;
    url.password = role.password;
  }
  return url.href;
}
