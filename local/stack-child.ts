/**
 * Loaded into every Edge Function before its own code: ends the function when the stack that
 * started it is gone, however it went. A process without its parent is handed to another one.
 */
const stack = Deno.ppid;
const watch = setInterval(() => {
  if (Deno.ppid !== stack) Deno.exit();
}, 1000);
Deno.unrefTimer(watch);
