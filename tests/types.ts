// deno-lint-ignore-file no-console -- a command line program
import { runCommand } from "../local/command.ts";
import { SUPABASE_FOLDER } from "../local/migrations.ts";
import { startTestServer } from "./support/postgres.ts";
import { generateTypes } from "./support/supabase-cli.ts";

/** What the Edge Functions know about the tables and functions: written by this program only. */
export const TYPES_FILE: URL = new URL("functions/_shared/database.types.ts", SUPABASE_FOLDER);

const HELP = `Writes supabase/functions/_shared/database.types.ts from the migrations.

Usage: deno task types`;

if (import.meta.main) {
  await runCommand(HELP, {}, async () => {
    const server = await startTestServer();
    try {
      const types = await generateTypes(await server.createDatabase());
      await Deno.writeTextFile(TYPES_FILE, types);
      console.log(`Wrote ${TYPES_FILE.pathname}`);
      return 0;
    } finally {
      await server.close();
    }
  });
}
