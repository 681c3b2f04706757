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
