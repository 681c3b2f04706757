// deno-lint-ignore-file no-console -- a command line program talks on the console
/**
 * Stands in for the program of the Supabase CLI, where it has nothing to connect to: hands its command
 * line to the stand-in of the Management API, which does what the CLI would do.
 */
const url = Deno.env.get("SUPABASE_API_URL");
const answer = await fetch(`${url}/cli`, {
  method: "POST",
  headers: {
    "content-type": "application/json",
    authorization: `Bearer ${Deno.env.get("SUPABASE_ACCESS_TOKEN")}`,
  },
  body: JSON.stringify({ args: Deno.args, env: Object.keys(Deno.env.toObject()) }),
});
const { code = 1, text = "", message = "" } = await answer.json();
console.error(text || message);
Deno.exit(code);
