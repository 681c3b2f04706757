import assert from "node:assert/strict";
import { openDatabase } from "./stack-database.ts";
import { StackError } from "./stack-error.ts";
import { openDataFolder } from "./stack-folder.ts";
import { serveSupabase } from "./stack-studio.ts";
import { makeFolder, SMALL_SCHEMA } from "./stack-testing.ts";

Deno.test("requests at the same time share the connection, but no transaction", async () => {
  const database = await openDatabase("memory");
  try {
    await database.sql(SMALL_SCHEMA);
    const { keys } = await openDataFolder("memory");
    const supabase = serveSupabase(database, keys, () => {});
    const whoami = async (apikey: string) => {
      const url = "http://127.0.0.1/rest/v1/rpc/whoami";
      return await (await supabase.rest(new Request(url, { headers: { apikey } }))).json();
    };

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => [
        whoami(keys.publishableKey),
        whoami(keys.secretKey),
        database.sql("select current_user as role").then(([row]) => (row as { role: string }).role),
      ]).flat(),
    );

    assert.deepEqual(
      answers,
      Array.from({ length: 10 }, () => ["anon", "service_role", "postgres"]).flat(),
    );
  } finally {
    await database.close();
  }
});

Deno.test("a folder that Postgres cannot open is a sentence", async () => {
  await using folder = await makeFolder({ "PG_VERSION": "9" });

  await assert.rejects(
    () => openDatabase(folder.path),
    (error) => error instanceof StackError && /^Postgres cannot open/.test(error.message),
  );
});
