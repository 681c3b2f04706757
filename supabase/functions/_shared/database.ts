import { PostgrestClient, type PostgrestSingleResponse } from "npm:@supabase/postgrest-js@2.119.1";
import type { Database } from "./database.types.ts";

/**
 * The client that calls the functions in `public`: the part of supabase-js that does this. The whole
 * of it (sessions, storage, Realtime) takes a tenth of a second to load, and Cal.com's booking page
 * may be waiting for a function that has just been started.
 */
export type DatabaseClient = PostgrestClient<Database>;

/**
 * Connects as service_role.
 *
 * @param fetch replaces the global one, for tests that need the network to fail.
 */
export function createDatabase(
  { supabaseUrl, supabaseKey, fetch }: {
    supabaseUrl: string;
    supabaseKey: string;
    fetch?: typeof globalThis.fetch;
  },
): DatabaseClient {
  return new PostgrestClient<Database>(new URL("/rest/v1", supabaseUrl).href, {
    // As supabase-js sends it.
    headers: { apikey: supabaseKey, authorization: `Bearer ${supabaseKey}` },
    ...(fetch && { fetch }),
  });
}

/** What the database refused or did not answer. Its message holds the code only, never data. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  /** SQLSTATE or a code of PostgREST; empty when there was no answer. */
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;

  constructor(code: string, status = 0) {
    super(`The database answered ${code || (status === 0 ? "nothing" : `status ${status}`)}`);
    this.code = code;
    this.status = status;
  }
}

/**
 * Waits for an answer of the database, and takes the data out of it.
 *
 * @throws {DatabaseError} with its code, never its words, which quote data.
 */
export async function unwrap<T>(reply: PromiseLike<PostgrestSingleResponse<T>>): Promise<T> {
  const { data, error, status } = await reply;
  if (error !== null) throw new DatabaseError(error.code, status);
  return data;
}

/**
 * Calls the database, and waits no longer than the timeout.
 *
 * @param timeout in milliseconds.
 * @throws {DatabaseError} as {@linkcode unwrap} does.
 */
export async function call<T>(
  request: PromiseLike<PostgrestSingleResponse<T>> & { abortSignal(signal: AbortSignal): unknown },
  timeout = 5_000,
): Promise<T> {
  request.abortSignal(AbortSignal.timeout(timeout));
  return await unwrap(request);
}
