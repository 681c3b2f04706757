import type postgres from "npm:postgres@3.4.9";

/** Lets `use` work in a transaction of its own that leaves nothing behind. */
export async function inScratch<T>(
  sql: postgres.Sql,
  use: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const undo = new Error("undo");
  const results: T[] = [];
  await sql.begin(async (transaction) => {
    results.push(await use(transaction as unknown as postgres.Sql));
    throw undo;
  }).catch((error) => {
    if (error !== undo) throw error;
  });
  return results[0]!;
}
