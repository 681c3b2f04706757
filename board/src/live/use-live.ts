import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import type { BoardError } from "../supabase.ts";

/** What a page shows: `data` while there is any, `error` of the last time, `isPending` before both. */
export type Live<Data> = UseQueryResult<Data, BoardError>;

/**
 * Fetches what a page shows, and again whenever something changes in the database.
 * @param key the name of what is fetched and everything that it depends on
 * @param fetch asks the database, with `ask` of supabase.ts
 */
export function useLive<Data>(
  key: readonly unknown[],
  fetch: () => Promise<Data>,
  { isEnabled = true }: { isEnabled?: boolean } = {},
): Live<Data> {
  return useQuery<Data, BoardError>({ queryKey: key, queryFn: fetch, enabled: isEnabled });
}
