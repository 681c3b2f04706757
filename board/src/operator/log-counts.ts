import { useLive } from "../live/use-live.ts";
import { ask, supabase } from "../supabase.ts";

/** How many events and mails there are in each state. */
export interface LogCounts {
  events: Record<string, number>;
  emails: Record<string, number>;
  suppressed: number;
}

/** Undefined until they are counted; lists work without. */
export function useLogCounts(): LogCounts | undefined {
  return useLive(
    ["log counts"],
    async () => await ask(supabase().rpc("board_log_counts")) as unknown as LogCounts,
  ).data;
}

/** A state with how many there are, for a filter. */
export function withCount(label: string, count: number | undefined): string {
  return count === undefined ? label : `${label} (${new Intl.NumberFormat().format(count)})`;
}
