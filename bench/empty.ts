/** What the start of the webhook is measured against: a server that does nothing. */
Deno.serve(() => new Response("ok"));
