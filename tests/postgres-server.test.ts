import { assert, assertEquals, assertMatch, assertRejects } from "npm:deno-std@1.4.0/assert/mod.js";
import postgres from "npm:postgres@3.4.9";
import { join } from "node:path";
import { StackError } from "../local/stack/error.ts";
import { type PostgresServer, startPostgres } from "../local/stack/postgres.ts";
import { makeFolder } from "./support/stack.ts";

Deno.test("a temporary server is a Postgres 17 that survives a crash and leaves nothing", async () => {
  const server = await startPostgres({ settings: ["work_mem=12MB"] });
  await run(server, "create table public.kept as select lower('ÄÖÜ') as word");
  await server.crash();

  const [row] = await run(
    server,
    `select word, current_setting('server_version_num')::int / 10000 as version,
       current_setting('fsync') as fsync, current_setting('timezone') as timezone,
       current_setting('work_mem') as work_mem, current_setting('listen_addresses') as addresses
     from public.kept`,
  );
  assertEquals({ ...row }, {
    word: "äöü",
    version: 17,
    fsync: "on",
    timezone: "UTC",
    work_mem: "12MB",
    addresses: "127.0.0.1",
  });
  const wrong = { ...server, url: server.url.replace(/:[^:@]+@/, ":wrong@") };
  await assertRejects(() => run(wrong, "select 1"));

  await server.close();
  await assertRejects(() => run(server, "select 1"));
});

Deno.test("a kept cluster starts again after its server was killed", async () => {
  await using folder = await makeFolder();
  const options = { dataDir: join(folder.path, "data"), password: "secret" };
  const killed = await startPostgres(options);
  await run(killed, "create table public.kept ()");
  const pidFile = join(options.dataDir, "postmaster.pid");
  const [pid] = (await Deno.readTextFile(pidFile)).split("\n");
  Deno.kill(Number(pid), "SIGKILL");
  await killed.ended;
  // After a restart of the machine the number may be another program's, ours for example.
  await Deno.writeTextFile(pidFile, `${Deno.pid}\n${options.dataDir}\n0\n1\n\n127.0.0.1\n0 0\n`);

  const server = await startPostgres(options);
  await run(server, "select from public.kept");
  await server.close();
});

Deno.test("a cluster whose creation was interrupted is created afresh", async () => {
  await using folder = await makeFolder({ "data.new/PG_VERSION": "17" });
  const server = await startPostgres({ dataDir: join(folder.path, "data"), password: "secret" });
  await run(server, "select 1");
  await server.close();
});

Deno.test("a cluster of another major version is named, not touched", async () => {
  await using folder = await makeFolder({ "data/PG_VERSION": "15\n" });

  const { message } = await assertRejects(
    () => startPostgres({ dataDir: join(folder.path, "data") }),
    StackError,
  );
  assertMatch(message, /was made by Postgres 15 and this is Postgres 17/);
  assertEquals((await Array.fromAsync(Deno.readDir(join(folder.path, "data")))).length, 1);
});

Deno.test("a server that does not start says why", async () => {
  const { message } = await assertRejects(
    () => startPostgres({ settings: ["work_mem=much"] }),
    StackError,
  );
  assert(message.includes('invalid value for parameter "work_mem": "much"'), message);
});

async function run({ url }: Pick<PostgresServer, "url">, query: string) {
  const sql = postgres(url, { max: 1 });
  try {
    return await sql.unsafe(query);
  } finally {
    await sql.end();
  }
}
