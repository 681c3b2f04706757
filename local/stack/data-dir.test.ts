import assert from "node:assert/strict";
import { join } from "node:path";
import { StackError } from "./stack-error.ts";
import { dropHalfCreated, markCreated, openDataFolder } from "./stack-folder.ts";
import { makeFolder } from "./stack-testing.ts";

Deno.test("the keys of a folder stay, and are for their owner's eyes only", async () => {
  await using folder = await makeFolder();
  const path = join(folder.path, "data");
  const first = await openDataFolder(path);
  first.release();
  const second = await openDataFolder(path);
  second.release();

  assert.deepEqual(second.keys, first.keys);
  assert.match(first.keys.secretKey, /^sb_secret_[0-9a-f]{48}$/);
  assert.match(first.keys.publishableKey, /^sb_publishable_[0-9a-f]{48}$/);
  assert.equal(new Set(Object.values(first.keys)).size, 5);
  if (Deno.build.os !== "windows") {
    assert.equal((await Deno.stat(join(path, "keys.json"))).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o700);
  }
});

Deno.test("nothing is kept in memory, not even the keys", async () => {
  const [first, second] = [await openDataFolder("memory"), await openDataFolder("memory")];

  assert.notEqual(first.keys.secretKey, second.keys.secretKey);
  assert.equal(first.mails, null);
});

Deno.test("a folder is open in one stack at a time", async () => {
  await using folder = await makeFolder();
  const first = await openDataFolder(folder.path);

  await assert.rejects(
    () => openDataFolder(folder.path),
    (error) => error instanceof StackError && /open in another running stack/.test(error.message),
  );
  first.release();
  (await openDataFolder(folder.path)).release();
});

Deno.test("a folder with other people's files is left alone", async () => {
  await using folder = await makeFolder({ "thesis.txt": "draft" });

  await assert.rejects(() => openDataFolder(folder.path), /holds other files/);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(folder.path))).length, 1);
});

Deno.test("a folder that cannot be made is a sentence, not a stack trace", async () => {
  await using folder = await makeFolder({ file: "" });

  await assert.rejects(
    () => openDataFolder(join(folder.path, "file", "data")),
    (error) =>
      error instanceof StackError && /^Cannot write to the data folder/.test(error.message),
  );
});

Deno.test("a database whose creation was interrupted is begun afresh", async () => {
  await using folder = await makeFolder({ "postgres/PG_VERSION": "17" });
  const postgres = join(folder.path, "postgres");

  assert.equal(await dropHalfCreated(postgres), true);
  await assert.rejects(() => Deno.stat(postgres), Deno.errors.NotFound);

  await Deno.mkdir(postgres);
  await markCreated(postgres);
  assert.equal(await dropHalfCreated(postgres), false);
  await Deno.stat(postgres);
});
