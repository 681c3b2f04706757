// deno-lint-ignore-file no-console -- a command line program
import { SUPABASE_FOLDER } from "../local/migrations.ts";
import { hasPostgres, NO_POSTGRES, withPostgres } from "./postgres.ts";
import { generateTypes } from "./supabase-cli.ts";

/** What the functions know about the tables and doors: written by this program, never by hand. */
export const TYPES_FILE: URL = new URL("functions/_shared/database.types.ts", SUPABASE_FOLDER);

if (import.meta.main) {
  if (!await hasPostgres()) {
    console.error(NO_POSTGRES);
    Deno.exit(1);
  }
  const types = await withPostgres(async (postgres) => {
    const database = await postgres.createDatabase();
    return await generateTypes(database.url);
  });
  await Deno.writeTextFile(TYPES_FILE, types);
  console.log(`Wrote ${TYPES_FILE.pathname}`);
}
