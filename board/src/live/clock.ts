import { createStore } from "../store.ts";

/** The minute it is. What says how long ago something was, or which day is today, uses it. */
export const clockStore = createStore(readMinute());

/** Begins to follow the time; once, at the start. */
export function startClock(): void {
  const tick = () => clockStore.write(readMinute());
  setInterval(tick, 10_000);
  document.addEventListener("visibilitychange", tick);
}

function readMinute(): number {
  return Math.floor(Date.now() / 60_000);
}
