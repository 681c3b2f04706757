import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "npm:deno-std@1.4.0/assert/mod.js";
import { join } from "node:path";
import { makeFolder } from "../../tests/support/stack.ts";
import { deleteDataDir, openDataDir } from "./data-dir.ts";
import { StackError } from "./error.ts";

Deno.test("the keys of a folder stay, and are for their owner's eyes only", async () => {
  await using folder = await makeFolder();
  const path = join(folder.path, "data");
  const first = await openDataDir(path);
  first.release();
  await Deno.chmod(path, 0o755);
  const second = await openDataDir(path);
  second.release();

  assertEquals(second.keys, first.keys);
  assertMatch(first.keys.secretKey, /^sb_secret_[0-9a-f]{48}$/);
  assertMatch(first.keys.publishableKey, /^sb_publishable_[0-9a-f]{48}$/);
  assertEquals(new Set(Object.values(first.keys)).size, 8);
  for (
    const [name, mode] of Object.entries({ "": 0o700, "keys.json": 0o600, "mails.jsonl": 0o600 })
  ) {
    assertEquals((await Deno.stat(join(path, name))).mode! & 0o777, mode, name);
  }
});

Deno.test("a key that was added since a folder was made is made once", async () => {
  await using folder = await makeFolder({ "stack.lock": "", "keys.json": '{"secretKey": "old"}' });
  const first = await openDataDir(folder.path);
  first.release();
  const second = await openDataDir(folder.path);
  second.release();

  assertEquals(first.keys.secretKey, "old");
  assertEquals(second.keys, first.keys);
});

Deno.test("nothing is kept in memory, not even the keys", async () => {
  const [first, second] = [await openDataDir("memory"), await openDataDir("memory")];

  assertNotEquals(first.keys.secretKey, second.keys.secretKey);
  assertEquals([first.database, first.mails], [undefined, null]);
});

Deno.test("a folder is open in one stack at a time, and not deleted under it", async () => {
  await using folder = await makeFolder();
  const first = await openDataDir(folder.path);

  for (const use of [openDataDir, deleteDataDir]) {
    await assertRejects(() => use(folder.path), StackError, "open in another running stack");
  }
  first.release();
  (await openDataDir(folder.path)).release();
});

Deno.test("a folder is deleted with all that is in it, once that was said", async () => {
  await using folder = await makeFolder({
    "data/stack.lock": "",
    "data/database/PG_VERSION": "17",
  });
  const path = join(folder.path, "data");
  let isSaid = false;

  assert(await deleteDataDir(path, () => isSaid = true));
  assert(isSaid);
  await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  assertEquals(await deleteDataDir(path), false);
});

Deno.test("a folder with other people's files is left alone", async () => {
  await using folder = await makeFolder({ "thesis.txt": "draft" });

  for (const use of [openDataDir, deleteDataDir]) {
    await assertRejects(() => use(folder.path), StackError, "holds other files");
  }
  assertEquals((await Array.fromAsync(Deno.readDir(folder.path))).length, 1);
});

Deno.test("a folder that cannot be made is a sentence, not a stack trace", async () => {
  await using folder = await makeFolder({ file: "" });

  await assertRejects(
    () => openDataDir(join(folder.path, "file", "data")),
    StackError,
    "Cannot write to the data folder",
  );
});

Deno.test("the database of an earlier version is named, with what to do", async () => {
  await using folder = await makeFolder({ "stack.lock": "", "postgres/PG_VERSION": "17" });

  await assertRejects(() => openDataDir(folder.path), StackError, '"task reset" deletes it');
  assert(await deleteDataDir(folder.path));
  await Deno.mkdir(folder.path);
});
