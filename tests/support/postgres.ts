import postgres from "npm:postgres@3.4.9";
import { readMigrations, SUPABASE_BASE_SQL, SUPABASE_FOLDER } from "../local/migrations.ts";
import { findPostgresPrograms, type Server, startServer } from "./postgres-server.ts";

/** A real Postgres for tests. */
export interface Postgres {
  /** The major version, for example 17. */
  majorVersion: number;
  /** Connection string of a superuser, for what only a superuser may do. */
  superuserUrl: string;
  /** The extensions for tests that this server has no files for. */
  missingExtensions: string[];
  /** A fresh database like a new Supabase project's, without the migrations. */
  createEmptyDatabase(): Promise<Database>;
  /** A fresh database with the migrations applied, without the seed. */
  createDatabase(): Promise<Database>;
  /** Stops the server as a power cut would and starts it again; null for a server that is not ours. */
  crash: (() => Promise<void>) | null;
  /** Removes everything that was created. */
  stop(): Promise<void>;
}

/** One database that nobody else uses. */
export interface Database {
  name: string;
  /**
   * Connection string of its owner, who like the role `postgres` on Supabase is no superuser: what
   * the migrations must not do there fails here too.
   */
  url: string;
}

/** What to tell someone whose machine has no Postgres. */
export const NO_POSTGRES =
  "Cannot find a Postgres: install one (Debian: postgresql) or set DATABASE_URL to a superuser's";

/** Extensions of Supabase's Postgres that the tests use. */
const TEST_EXTENSIONS = ["pgtap", "plpgsql_check"];

/** Tells whether {@linkcode startPostgres} has something to start. */
export async function hasPostgres(): Promise<boolean> {
  return Deno.env.get("DATABASE_URL") !== undefined || await findPostgresPrograms() !== null;
}

/**
 * Whether a test that needs a real Postgres is to be skipped: where there is none, except in CI,
 * where it runs and fails.
 */
export async function skipWithoutPostgres(): Promise<boolean> {
  return Deno.env.get("CI") !== "true" && !await hasPostgres();
}

/** Starts a Postgres, hands it to `use`, and removes it however that ends. */
export async function withPostgres<T>(use: (postgres: Postgres) => Promise<T>): Promise<T> {
  const server = await startPostgres();
  try {
    return await use(server);
  } finally {
    await server.stop();
  }
}

/**
 * Starts a Postgres of its own. With `DATABASE_URL` (of a superuser) it uses that server instead,
 * where it creates databases and a role of its own, drops them on `stop()`, and touches no others
 * (the roles anon, authenticated and service_role stay if they had to be created).
 *
 * @param folder the supabase folder with the migrations
 * @throws {Error} if there is no Postgres on this machine
 */
export async function startPostgres(folder: URL = SUPABASE_FOLDER): Promise<Postgres> {
  const given = Deno.env.get("DATABASE_URL");
  if (given !== undefined) {
    return await prepare({
      url: given,
      crash: null,
      close: () => Promise.resolve(),
    }, folder);
  }

  const programs = await findPostgresPrograms();
  if (programs === null) throw new Error(NO_POSTGRES);
  return await prepare(await startServer(programs), folder);
}

/** Opens a connection (or `max` of them) that the caller ends. */
export function connect(url: string, max = 1): postgres.Sql {
  // Seconds between attempts: what a test has stopped is back at once.
  return postgres(url, { max, onnotice: () => {}, backoff: () => 0.1 });
}

/** Creates the owner and the two databases that later ones are cheap copies of. */
async function prepare(
  { url: superuserUrl, crash, close }: Omit<Server, "crash"> & Pick<Postgres, "crash">,
  folder: URL,
): Promise<Postgres> {
  const prefix = `calcom_deals_test_${crypto.randomUUID().slice(0, 8)}`;
  const owner: Owner = { name: `${prefix}_owner`, password: crypto.randomUUID() };
  const admin = connect(superuserUrl);
  const names: string[] = [];

  async function copy(suffix: string, template: string): Promise<Database> {
    const name = `${prefix}_${suffix}`;
    names.push(name);
    await admin.unsafe(`create database ${name} template ${template} owner ${owner.name}`);
    return { name, url: urlOf(superuserUrl, name, owner) };
  }

  async function stop(): Promise<void> {
    try {
      for (const name of names) await admin.unsafe(`drop database if exists ${name} with (force)`);
      await admin.unsafe(`drop role if exists ${owner.name}`);
    } finally {
      await admin.end();
      await close();
    }
  }

  try {
    const majorVersion = await readMajorVersion(admin);
    await createOwner(admin, owner);
    const base = await copy("base", "template0");
    const missingExtensions = await prepareBase(urlOf(superuserUrl, base.name), owner);
    const migrated = await copy("migrated", base.name);
    await applyMigrations(migrated.url, folder);

    let copies = 0;
    return {
      majorVersion,
      superuserUrl,
      missingExtensions,
      createEmptyDatabase: () => copy(`${++copies}`, base.name),
      createDatabase: () => copy(`${++copies}`, migrated.name),
      crash,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Owner {
  name: string;
  password: string;
}

async function readMajorVersion(admin: postgres.Sql): Promise<number> {
  const [row] = await admin<{ version: number }[]>`
    select current_setting('server_version_num')::int as version`;
  return Math.trunc(row!.version / 10_000);
}

/** Like the role `postgres` on Supabase: it may do much, but it is no superuser. */
async function createOwner(admin: postgres.Sql, { name, password }: Owner): Promise<void> {
  await admin.unsafe(`
    create role ${name} login createdb createrole bypassrls password '${password}';
    alter role ${name} set search_path = "$user", public, extensions;
  `);
}

/** Makes the database at `url` what a new Supabase project is; returns the missing extensions. */
async function prepareBase(url: string, owner: Owner): Promise<string[]> {
  return await withConnection(url, async (sql) => {
    await sql.unsafe(SUPABASE_BASE_SQL);
    await sql.unsafe(`grant anon, authenticated, service_role to ${owner.name}`);
    await sql.unsafe(`grant usage, create on schema extensions to ${owner.name}`);
    const found = await sql<{ name: string }[]>`
      select e.name from pg_catalog.pg_available_extensions as e
      where e.name in ${sql(TEST_EXTENSIONS)}`;
    for (const { name } of found) {
      await sql.unsafe(`create extension ${name} with schema extensions`);
    }
    return TEST_EXTENSIONS.filter((name) => !found.some((extension) => extension.name === name));
  });
}

async function applyMigrations(url: string, folder: URL): Promise<void> {
  await withConnection(url, async (sql) => {
    for (const migration of await readMigrations(folder)) {
      try {
        await sql.unsafe(migration.sql);
      } catch (error) {
        throw new Error(`Cannot apply ${migration.name}: ${error}`, { cause: error });
      }
    }
  });
}

async function withConnection<T>(
  url: string,
  use: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = connect(url);
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}

/** The same server, another database, and another user if one is given. */
function urlOf(serverUrl: string, database: string, user?: Owner): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  if (user !== undefined) {
    url.username = user.name;
    url.password = user.password;
  }
  return url.href;
}
