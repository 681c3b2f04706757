/**
 * The real Supabase CLI. A project of the stand-in has no name that leads to its database, so that
 * address alone is another one: `--remote=<ref>` becomes the database's own.
 */
const { DATABASE_OF_PROJECT } = Deno.env.toObject();
const isPush = Deno.args[0] === "db";
const args = isPush
  ? Deno.args.map((arg) =>
    arg.startsWith("--remote=") ? `--remote=${DATABASE_OF_PROJECT}?sslmode=disable` : arg
  )
  : Deno.args;
const { code } = await new Deno.Command("npx", {
  args: ["--yes", "--prefer-offline", "supabase@3.1.0", ...args],
  stdin: "null",
}).spawn().status;
Deno.exit(code);
