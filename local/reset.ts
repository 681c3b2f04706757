// deno-lint-ignore-file no-console -- a command line program talks on the console
import { runCommand, TASK } from "./command.ts";
import { fromCaller } from "./running-stack.ts";
import { DEFAULT_DATA, deleteDataDir } from "./stack/data-dir.ts";
import { StackError } from "./stack/error.ts";

const HELP = `Deletes what a local stack has kept: the database, the mails and the keys.
The next start begins with the migrations and the seed.

  ${TASK} reset [--data DIR]

  --data DIR   the folder that the stack was started with (default supabase/.temp/local-data)
  --help       this text`;

await runCommand(HELP, { data: { type: "string" } }, async ({ data = DEFAULT_DATA }, words) => {
  if (words.length > 0) throw new StackError(`What is "${words[0]}"? See --help.`);
  if (data === "" || data === "memory") throw new StackError("--data takes a folder.");
  const folder = fromCaller(data);
  const isDeleted = await deleteDataDir(folder, () => {
    console.log(`Deleting the database, the mails and the keys in ${folder} …`);
  });
  console.log(isDeleted ? `Done. Begin afresh with: ${TASK} start` : "There is no such folder.");
  return 0;
});
