import { createClient, type SupabaseClient } from "npm:@supabase/supabase-js@2.119.1";
import type { Database } from "./database.types.ts";

/** The client that knocks at the doors in `public`. */
export type DatabaseClient = SupabaseClient<Database>;

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
  return createClient<Database>(supabaseUrl, supabaseKey, {
    // Nobody signs in here: no session to keep, refresh or find in a URL.
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    ...(fetch === undefined ? {} : { global: { fetch } }),
  });
}

/** Milliseconds for one call of the database. */
const TIMEOUT = 5_000;

/** What the database refused or did not answer. Its message holds the code only, never data. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  /** SQLSTATE or a code of PostgREST; empty when there was no answer. */
  readonly code: string;

  constructor(code: string) {
    super(`The database answered ${code || "nothing"}`);
    this.code = code;
  }
}

/**
 * Waits for an answer of the database.
 *
 * @throws {DatabaseError} with its code, never its words, which quote data.
 */
export async function call<T>(
  request: PromiseLike<{ data: T; error: null } | { data: null; error: { code: string } }> & {
    abortSignal(signal: AbortSignal): unknown;
  },
): Promise<T> {
  request.abortSignal(AbortSignal.timeout(TIMEOUT));
  const { data, error } = await request;
  if (error !== null) throw new DatabaseError(error.code);
  return data;
}
