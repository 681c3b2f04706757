/**
 * Keeps what is shown true: listens to Realtime, and asks every few seconds when something last
 * changed where Realtime does not answer. What changed is fetched again, whatever is in sight.
 */
import type { RealtimeChannel } from "@supabase/supabase-js";
import type { Config } from "../config.ts";
import { queries } from "../queries.ts";
import { sessionStore } from "../session/session.ts";
import { askMaybe, BoardError, listenToErrors, supabase } from "../supabase.ts";
import { connectionStore } from "./connection.ts";

const TABLES = ["companies", "people", "bookings", "deals", "hand_edits"];

/** How often to ask without Realtime; and with it, for mails, of which Realtime does not tell. */
const POLL = 5_000;
const SLOW_POLL = 60_000;

/** One event may change many rows: they are fetched once. */
const GATHER = 300;

let channel: RealtimeChannel | null = null;
let isHeard = false;
let lastChange: string | null = null;
let lastPoll = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Begins once the page is there; does something while somebody is signed in. */
export function startLive(config: Config): void {
  sessionStore.listen(() => {
    if (sessionStore.read() && !channel && config.live !== "poll") subscribe();
    if (!sessionStore.read()) unsubscribe();
  });
  listenToErrors(({ isDown }) => {
    if (isDown) connectionStore.write("down");
  });
  setInterval(pollWhenDue, 1_000);
  document.addEventListener("visibilitychange", pollSoon);
  addEventListener("online", pollSoon);
  connectionStore.listen(() => {
    // What could not be fetched in the meantime.
    if (connectionStore.read() === "up") refresh();
  });
}

/** Fetches again what is shown, now. Call it after a change of one's own. */
export async function refresh(): Promise<void> {
  await queries.invalidateQueries({ predicate: ({ meta }) => meta?.isLive !== false });
}

function subscribe(): void {
  channel = supabase().channel("board");
  for (const table of TABLES) {
    channel.on("postgres_changes", { event: "*", schema: "public", table }, refreshSoon);
  }
  channel.subscribe((status) => {
    const wasHeard = isHeard;
    isHeard = status === "SUBSCRIBED";
    // Whatever happened while nobody listened.
    if (isHeard !== wasHeard) pollSoon();
  });
}

function unsubscribe(): void {
  if (channel) void supabase().removeChannel(channel);
  channel = null;
  isHeard = false;
  lastChange = null;
}

function refreshSoon(): void {
  timer ??= setTimeout(() => {
    timer = undefined;
    void refresh();
  }, GATHER);
}

function pollSoon(): void {
  lastPoll = 0;
}

function pollWhenDue(): void {
  const wait = isHeard && connectionStore.read() === "up" ? SLOW_POLL : POLL;
  if (document.hidden || !sessionStore.read() || Date.now() - lastPoll < wait) return;
  lastPoll = Date.now();
  void poll();
}

async function poll(): Promise<void> {
  try {
    const change = await askMaybe(supabase().rpc("board_last_change"));
    connectionStore.write("up");
    // The first answer, too: something may have changed since the page was fetched.
    if (change !== lastChange) refreshSoon();
    lastChange = change;
  } catch (error) {
    // Everybody who listens has been told.
    if (!(error instanceof BoardError)) throw error;
  }
}
