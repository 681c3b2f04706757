/** Listens to Supabase Realtime, where it is and tells who is signed in of changes. */
import type { RealtimeChannel } from "@supabase/supabase-js";
import { supabase } from "../supabase.ts";

const TABLES = ["companies", "people", "bookings", "deals", "hand_edits"];

let channel: RealtimeChannel | null = null;
let isHeard = false;
/** A channel that is still being left is not joined again. */
let count = 0;

/** Whether changes are told. */
export function isListening(): boolean {
  return isHeard;
}

/** Begins to listen, unless that has begun. Call it again from time to time: the server may end it. */
export function listen(onChange: () => void, onHeardOrNot: () => void): void {
  if (channel) return;
  const own = channel = supabase().channel(`board-${++count}`);
  const hear = (next: boolean) => {
    if (own !== channel || isHeard === next) return;
    isHeard = next;
    onHeardOrNot();
  };
  for (const table of TABLES) {
    own.on("postgres_changes", { event: "*", schema: "public", table }, onChange);
  }
  // The channel is joined before the database has been asked, and also when that refuses.
  own.on("system", {}, ({ extension, status }) => {
    if (extension === "postgres_changes") hear(status === "ok");
  });
  own.subscribe((status) => {
    if (status !== "SUBSCRIBED") hear(false);
    // It is over, as when the token expired; after all else it is joined again by itself.
    if (status === "CLOSED" && own === channel) channel = null;
  });
}

/** Ends it. */
export function stopListening(): void {
  const own = channel;
  channel = null;
  isHeard = false;
  if (own) void supabase().removeChannel(own);
}
