import {
  createPostgresConnection,
  type PostgresConnection,
} from "npm:@supabase/lite@0.10.0/postgres";
import postgres from "npm:postgres@3.4.9";
import { SUPABASE_BASE_SQL } from "../migrations.ts";
import { startPostgres } from "./postgres.ts";

/** A Postgres with what a new Supabase project has. */
export interface Database {
  /** For any client: the role `postgres`, which may do what the SQL editor of Supabase may. */
  url: string;
  /** What @supabase/lite serves REST and Studio from. */
  connection: PostgresConnection;
  /** Resolves when the server is not running any more. */
  ended: Promise<void>;
  /** One query as `postgres`; without parameters also several statements (rows of the last). */
  sql<T>(query: string, parameters?: unknown[]): Promise<T[]>;
  /** Runs `statements` and then one query in a transaction: all of it or nothing. */
  transaction(statements: string, then: { query: string; parameters: unknown[] }): Promise<void>;
  close(): Promise<void>;
}

/** Where the database is, and how it is reached. */
export interface DatabaseOptions {
  /** The folder of Postgres; undefined for a temporary one. */
  folder: string | undefined;
  /** Of the roles `postgres` and `supabase_admin`. */
  password: string;
  /** Port of Postgres; undefined for any that is free. */
  port?: number | undefined;
}

/** The superuser, which nobody works as. */
const SUPERUSER = "supabase_admin";

/** On Supabase the role `postgres` owns everything and is no superuser. */
const OWNER_SQL = `
do $$
begin
  create role postgres;
exception when duplicate_object then
  null;
end;
$$;
alter role postgres login createdb createrole replication bypassrls;
grant anon, authenticated, service_role to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend, pg_checkpoint to postgres;
alter database postgres owner to postgres;
alter database postgres set search_path = "$user", public, extensions;
alter schema extensions owner to postgres;
`;

/**
 * PostgREST takes bytea as hex and JSON for a json column. @supabase/lite hands both to the driver
 * as texts, which must not be encoded once more.
 */
const TYPES = {
  bytea: {
    to: 17,
    from: [17],
    serialize: (value: unknown) =>
      typeof value === "string" ? value : `\\x${(value as Uint8Array).toHex()}`,
    parse: (text: string) => Uint8Array.fromHex(text.slice("\\x".length)),
  },
  json: { to: 114, from: [114], serialize: toJson, parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize: toJson, parse: JSON.parse },
};

/** Counts are numbers. */
const BIGINT = { to: 20, from: [20], serialize: String, parse: Number };

/** Starts Postgres and gives it the roles and the schema of a new Supabase project. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { folder, password, port } = options;
  const server = await startPostgres({
    ...(folder !== undefined && { dataDir: folder }),
    ...(port !== undefined && { port }),
    superuser: SUPERUSER,
    password,
  });
  const url = server.url.replace(`//${SUPERUSER}:`, "//postgres:");
  const clientOptions = { onnotice: () => {}, connection: { application_name: "local stack" } };

  const admin = postgres(server.url, { ...clientOptions, max: 1 });
  const client = postgres(url, { ...clientOptions, types: { ...TYPES, bigint: BIGINT } });
  const connection = createPostgresConnection({
    url,
    postgresOptions: { ...clientOptions, types: TYPES },
  });
  // Left alone, @supabase/lite grants every table to every role once it meets row level security.
  // The grants of the migrations have to be the only ones, or nothing here tells about production.
  Object.assign(connection, { rlsState: "active" });

  async function close(): Promise<void> {
    await Promise.all([client.end({ timeout: 1 }), connection.driver.end({ timeout: 1 })]);
    await server.close();
  }

  try {
    await admin.unsafe(
      `${SUPABASE_BASE_SQL} ${OWNER_SQL} alter role postgres password '${password}'`,
    );
    await admin.end();
  } catch (error) {
    await close();
    throw error;
  }

  return {
    url,
    connection,
    ended: server.ended,
    sql: async <T>(query: string, parameters?: unknown[]): Promise<T[]> => {
      const result = await client.unsafe(query, parameters as never[]);
      // Several statements have several results.
      return [...("command" in result ? result : (result as unknown[][]).at(-1) ?? [])] as T[];
    },
    transaction: async (statements, { query, parameters }) => {
      await client.begin(async (transaction) => {
        await transaction.unsafe(statements);
        await transaction.unsafe(query, parameters as never[]);
      });
    },
    close,
  };
}

function toJson(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value);
  }
}
