/**
 * Keeps what is shown true: listens to Realtime, and asks every few seconds when something last
 * changed where Realtime does not answer. What changed is fetched again, whatever is in sight.
 */
import type { Config } from "../config.ts";
import { queries } from "../queries.ts";
import { sessionStore } from "../session/session.ts";
import { askMaybe, BoardError, listenToErrors, supabase } from "../supabase.ts";
import { clockStore, startClock } from "./clock.ts";
import { connectionStore } from "./connection.ts";
import { isListening, listen, stopListening } from "./listen.ts";

/** How often to ask without Realtime; and with it, for mails, of which Realtime does not tell. */
const POLL = 5_000;
const SLOW_POLL = 60_000;

/** One event may change many rows: they are fetched once. */
const GATHER = 300;

/** In minutes. Time alone changes something, too: a meeting begins, a day ends. */
const LONGEST = 5;

let lastChange: string | null = null;
let lastPoll = 0;
let lastRefresh = clockStore.read();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Begins once the page is there; does something while somebody is signed in. */
export function startLive(config: Config): void {
  const hasRealtime = config.live !== "poll";
  sessionStore.listen(() => {
    if (sessionStore.read()) return;
    stopListening();
    lastChange = null;
  });
  listenToErrors(({ isDown }) => {
    if (isDown) connectionStore.write("down");
  });
  startClock();
  setInterval(() => pollWhenDue(hasRealtime), 1_000);
  document.addEventListener("visibilitychange", pollSoon);
  addEventListener("online", pollSoon);
  connectionStore.listen(() => {
    // What could not be fetched in the meantime.
    if (connectionStore.read() === "up") refresh();
  });
}

/** Fetches again what is shown, now. Call it after a change of one's own. */
export async function refresh(): Promise<void> {
  lastRefresh = clockStore.read();
  await queries.invalidateQueries({ predicate: ({ meta }) => meta?.isLive !== false });
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

function pollWhenDue(hasRealtime: boolean): void {
  const wait = isListening() && connectionStore.read() === "up" ? SLOW_POLL : POLL;
  if (document.hidden || !sessionStore.read() || Date.now() - lastPoll < wait) return;
  lastPoll = Date.now();
  // Whatever happened while nobody listened is asked for, too.
  if (hasRealtime) listen(refreshSoon, pollSoon);
  void poll();
}

async function poll(): Promise<void> {
  try {
    const change = await askMaybe(supabase().rpc("board_last_change"));
    connectionStore.write("up");
    // The first answer, too: something may have changed since the page was fetched.
    if (change !== lastChange || clockStore.read() - lastRefresh >= LONGEST) refreshSoon();
    lastChange = change;
  } catch (error) {
    // Everybody who listens has been told.
    if (!(error instanceof BoardError)) throw error;
  }
}
