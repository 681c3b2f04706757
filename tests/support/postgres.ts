import postgres, { type Sql } from "npm:postgres@3.4.9";
import { readMigrations, SUPABASE_BASE_SQL } from "../../local/migrations.ts";
import { type PostgresOptions, startPostgres } from "../../local/stack/postgres.ts";

/** A Postgres server that makes databases for tests. */
export interface TestServer {
  templates: Templates;
  /** A database like a new Supabase project's, without the migrations. Returns its URL. */
  createEmptyDatabase(): Promise<string>;
  /** A database with the migrations applied, without the seed. Returns its URL. */
  createDatabase(): Promise<string>;
  /** The URL of the same database for a superuser. */
  asSuperuser(url: string): string;
  /** Stops the server as a power cut would and starts it again. Not for a server of others. */
  crash(): Promise<void>;
  /** Removes everything that was created. */
  close(): Promise<void>;
}

/** What databases are copied from, and who owns the copies. */
interface Templates {
  /** The superuser's. */
  url: string;
  owner: string;
  password: string;
  empty: string;
  migrated: string;
}

/**
 * A test server may lose everything when the machine does; only a crash of its own counts. To
 * compile a plan (Debian's servers can) takes longer than to run it on a few rows. The files share
 * one server and with it one table of locks, and some tell hundreds of histories in a transaction.
 */
export const FAST: PostgresOptions = {
  settings: [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "jit=off",
    "max_locks_per_transaction=1024",
  ],
};

/** The variable with the templates that `task test` makes once for all files, as JSON. */
export const TEMPLATES = "TEST_TEMPLATES";

/**
 * Starts a Postgres server for tests, or, without options, takes the one of `task test`, or else
 * that of `DATABASE_URL` (a superuser's). What was created there is dropped on `close()`.
 */
export async function startTestServer(options?: PostgresOptions): Promise<TestServer> {
  const shared = options === undefined ? Deno.env.get(TEMPLATES) : undefined;
  const url = options === undefined ? Deno.env.get("DATABASE_URL") : undefined;
  const server = shared === undefined && url === undefined
    ? await startPostgres(options ?? FAST)
    : null;
  const made: string[] = [];
  let templates: Templates | undefined;
  const close = async () => {
    if (server === null && templates !== undefined) {
      await withConnection(templates.url, async (admin) => {
        for (const statement of made.toReversed()) await admin.unsafe(statement);
      });
    }
    await server?.close();
  };
  try {
    templates = shared === undefined
      ? await makeTemplates(server?.url ?? url!, made)
      : JSON.parse(shared) as Templates;
    const { empty, migrated, ...role } = templates;
    const create = (template: string) => copyDatabase(role, template, made);
    return {
      templates,
      createEmptyDatabase: async () => urlOf(role.url, await create(empty), role),
      createDatabase: async () => urlOf(role.url, await create(migrated), role),
      asSuperuser: (one) => urlOf(role.url, new URL(one).pathname.slice(1)),
      crash: () => server?.crash() ?? Promise.reject(new Error("The server is not ours")),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @param made gets the statements that undo what is done */
async function makeTemplates(url: string, made: string[]): Promise<Templates> {
  const [owner, password] = [`calcom_deals_test_${randomId()}`, crypto.randomUUID()];
  const role = { url, owner, password };
  // No superuser, like the role `postgres` on Supabase: what it may not do fails here too.
  await withConnection(url, (admin) =>
    admin.unsafe(`
      create role ${owner} login createdb createrole bypassrls password '${password}';
      alter role ${owner} set search_path = "$user", public, extensions`));
  made.push(`drop role ${owner}`);
  const empty = await copyDatabase(role, "template0", made);
  await withConnection(urlOf(url, empty), (sql) =>
    sql.unsafe(`
      ${SUPABASE_BASE_SQL};
      grant anon, authenticated, service_role to ${owner};
      grant usage, create on schema extensions to ${owner}`));
  const migrated = await copyDatabase(role, empty, made);
  await withConnection(urlOf(url, migrated, role), applyMigrations);
  return { ...role, empty, migrated };
}

async function copyDatabase(
  { url, owner }: Pick<Templates, "url" | "owner">,
  template: string,
  made: string[],
): Promise<string> {
  const name = `${owner}_${randomId()}`;
  await withConnection(
    url,
    (admin) => admin.unsafe(`create database ${name} template ${template} owner ${owner}`),
  );
  made.push(`drop database if exists ${name} with (force)`);
  return name;
}

/** Opens a connection (or `max` of them) that the caller ends. */
export function connect(url: string, max = 1, onNotice: (text: string) => void = () => {}): Sql {
  // Seconds between attempts: what a test has stopped is back at once.
  const onnotice = ({ message }: postgres.Notice) => onNotice(message!);
  return postgres(url, { max, onnotice, backoff: () => 0.1 });
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
  for (const { name, sql: text } of await readMigrations()) {
    await sql.unsafe(text).catch((error) => {
      throw new Error(`Cannot apply ${name}: ${error}`, { cause: error });
    });
  }
}

function randomId(): string {
  return crypto.randomUUID().slice(0, 8);
}

/** The same server, another database, and another role if one is given. */
function urlOf(serverUrl: string, database: string, role?: { owner: string; password: string }) {
  const url = new URL(`/${database}`, serverUrl);
  if (role !== undefined) Object.assign(url, { username: role.owner, password: role.password });
  return url.href;
}
