import { delay } from "npm:deno-std@1.4.0/async/delay.js";

/** Supabase's runtime has this; plain Deno does not. */
declare const EdgeRuntime: { waitUntil(promise: Promise<unknown>): void } | undefined;

/**
 * Starts `work` once the answer at hand is on its way, and keeps the isolate alive for it where the
 * platform can. A speed-up, never a guarantee: what must happen has to be due in the database.
 *
 * @param work must not reject; whoever passes it has no answer left to report to.
 * @returns when the work is done, for tests.
 */
export function inBackground(work: () => Promise<void>): Promise<void> {
  // A timer, not a microtask: the runtime writes the answer before it comes to timers.
  const done = delay(0).then(work);
  if (typeof EdgeRuntime !== "undefined") EdgeRuntime.waitUntil(done);
  return done;
}
