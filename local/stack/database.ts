import {
  createPostgresConnection,
  type PostgresConnection,
} from "npm:@supabase/lite@0.10.0/postgres";
import postgres from "npm:postgres@3.4.9";
import { type SqlRunner, SUPABASE_BASE_SQL } from "../migrations.ts";
import { type PostgresOptions, startPostgres } from "./postgres.ts";

/** A Postgres with what a new Supabase project has; SQL runs as the role `postgres`. */
export interface Database extends SqlRunner {
  /** For any client: the role `postgres`, which may do what the SQL editor of Supabase may. */
  url: string;
  /** What @supabase/lite serves REST and Studio from. */
  connection: PostgresConnection;
  /** Resolves when the server is not running any more. */
  ended: Promise<void>;
  close(): Promise<void>;
}

/** The superuser, which nobody works as. */
const SUPERUSER = "supabase_admin";

/**
 * On Supabase the role `postgres` owns everything and is no superuser, and REST is told of every
 * change of the schema.
 */
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

create or replace function extensions.pgrst_ddl_watch() returns event_trigger
language plpgsql set search_path = '' as $$
begin
  notify pgrst, 'reload schema';
end;
$$;
drop event trigger if exists pgrst_ddl_watch;
create event trigger pgrst_ddl_watch on ddl_command_end
  execute function extensions.pgrst_ddl_watch();
drop event trigger if exists pgrst_drop_watch;
create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_ddl_watch();
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
    parse: String,
  },
  json: { to: 114, from: [114], serialize: toJson, parse: JSON.parse },
  jsonb: { to: 3802, from: [3802], serialize: toJson, parse: JSON.parse },
};

/** Counts are numbers. */
const BIGINT = { to: 20, from: [20], serialize: String, parse: Number };

/**
 * Starts Postgres and gives it the roles and the schema of a new Supabase project.
 * @param options the password is the one of both roles, `postgres` and the superuser
 */
export async function openDatabase(
  options: PostgresOptions & { password: string },
): Promise<Database> {
  const server = await startPostgres({ ...options, superuser: SUPERUSER });
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
  letPostgresTypeBooleans(connection.driver);

  async function close(): Promise<void> {
    await Promise.all([client.end({ timeout: 1 }), connection.driver.end({ timeout: 1 })]);
    await server.close();
  }

  try {
    await admin.unsafe(
      `${SUPABASE_BASE_SQL} ${OWNER_SQL} alter role postgres password '${options.password}'`,
    );
    await admin.end();
    await client.listen("pgrst", () => connection.clearSchemaCache());
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

/** The driver takes a boolean for one, whatever the column; a json column may hold one too. */
function letPostgresTypeBooleans(driver: postgres.Sql): void {
  const { reserve } = driver;
  driver.reserve = async () => {
    const reserved = await reserve();
    const { unsafe } = reserved;
    const isGuessed = (value: unknown) => typeof [value].flat()[0] === "boolean";
    reserved.unsafe = (query, values = []) =>
      unsafe(query, values.map((value) => isGuessed(value) ? reserved.typed(value, 0) : value));
    return reserved;
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
