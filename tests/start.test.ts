import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertRejects,
} from "npm:deno-std@1.4.0/assert/mod.js";
import { poll } from "npm:deno-std@1.4.0/async/poll.js";
import postgres from "npm:postgres@3.4.9";
import { basename, join } from "node:path";
import { envFileOf, findRunningStack, readRunningStack } from "../local/running-stack.ts";
import { StackError } from "../local/stack/error.ts";
import { finish, flagsOf, makeFolder, spawnProgram } from "./support/stack.ts";

Deno.test("task start keeps what was written, however it ends", async (t) => {
  await using folder = await makeFolder();
  const envFile = join(folder.path, "local.env");
  let firstEnv: Record<string, string>;

  await t.step("the first start says what it does and where everything is", async () => {
    await using stack = await startProgram(folder.path);
    firstEnv = stack.env;

    assertMatch(stack.output(), /Loading packages.*Starting Postgres.*Applied .*Ready/s);
    assertMatch(stack.env.SUPABASE_URL!, /^http:\/\/127\.0\.0\.1:\d+$/);
    assertEquals(stack.env.INBOX_URL, `${stack.env.SUPABASE_URL}/inbox`);
    assert(stack.output().includes(stack.env.INBOX_URL!));
    // What it says to try finds it.
    assertMatch(stack.output(), new RegExp(`task sql ".*" --env ${envFile}$`, "m"));
    assertEquals(Object.keys(stack.env), [
      "SUPABASE_URL",
      "SUPABASE_PUBLISHABLE_KEY",
      "SUPABASE_SECRET_KEY",
      "CALCOM_WEBHOOK_SECRET",
      "INBOX_URL",
      "DATABASE_URL",
      "BOARD_URL",
    ]);
    assertEquals((await Deno.stat(envFile)).mode! & 0o777, 0o600);
    await write(stack.env, "first.example");

    const { port } = new URL(stack.env.SUPABASE_URL!);
    const samePort = await run("start.ts", ["--data", "memory", "--port", port]);
    assertIsOneParagraph(samePort, /Cannot listen on port \d+ of 127\.0\.0\.1: Address already in/);

    assertEquals(await stack.end("SIGINT"), 0);
    await assertRejects(() => Deno.stat(envFile), Deno.errors.NotFound);
  });

  await t.step("after Ctrl-C it goes on where it was, and its processes die with it", async () => {
    await using stack = await startProgram(folder.path);

    assertNotMatch(stack.output(), /Applied|Seeding|edited/);
    assertEquals(stack.env.SUPABASE_SECRET_KEY, firstEnv.SUPABASE_SECRET_KEY);
    assertEquals(stack.env.CALCOM_WEBHOOK_SECRET, firstEnv.CALCOM_WEBHOOK_SECRET);
    assertEquals(await read(stack.env), ["first.example"]);
    await write(stack.env, "second.example");

    const children = (await listProcesses()).filter(({ parent }) => parent === stack.pid);
    assert(children.length >= 4, "three functions and Postgres");
    await stack.end("SIGKILL");
    const pids = new Set(children.map(({ pid }) => pid));
    await poll(listProcesses, (left) => !left.some(({ pid }) => pids.has(pid)), patiently());
  });

  await t.step("after a crash too, and SIGTERM ends it as well", async () => {
    await using stack = await startProgram(folder.path);

    assertEquals(await read(stack.env), ["first.example", "second.example"]);
    assertEquals(await stack.end("SIGTERM"), 0);
  });
});

Deno.test("task sql and task reset", async (t) => {
  await using folder = await makeFolder();
  const sql = (text: string) => run("sql.ts", [text, "--env", "local.env"], folder.path);
  const reset = () => run("reset.ts", ["--data", "data"], folder.path);

  await t.step("without a stack they say so", async () => {
    assertIsOneParagraph(await sql("select 1"), /^The local stack is not running\. Start it/);
    assertEquals(await reset(), { code: 0, stdout: "There is no such folder.\n", stderr: "" });
  });

  await t.step("with one, SQL prints its rows, and the folder is not deleted", async () => {
    await using stack = await startProgram(folder.path);

    const { code, stdout } = await sql(
      "create table public.t (a int, \"Wörter\" text); insert into public.t values (1, 'ä'), (20, null); select * from public.t",
    );
    assertEquals(code, 0);
    assertEquals(stdout.split("\n").map((line) => line.trimEnd()), [
      "INSERT 2",
      "a  | Wörter",
      "---+-------",
      "1  | ä",
      "20 |",
      "(2 rows)",
      "",
      "",
    ]);
    const refused = await sql("select 1;\nselect nothing");
    assertIsOneParagraph(refused, /^Postgres refused this at line 2: column "nothing"/);

    assertIsOneParagraph(await reset(), /is open in another running stack/);
    assertEquals(await stack.end("SIGTERM"), 0);
  });

  await t.step("after its end the folder is deleted", async () => {
    const { stdout } = await reset();
    assertMatch(stdout, /^Deleting the database, the mails and the keys in .*data …\nDone\./);
    await assertRejects(() => Deno.stat(join(folder.path, "data")), Deno.errors.NotFound);
  });
});

Deno.test("the stack itself may reach no other machine and load no native code", () => {
  const flags = flagsOf("start");
  assert(flags.includes("--allow-net=127.0.0.1,localhost"));
  assertEquals(flags.filter((flag) => /^(-A|--allow-(all|ffi|import|net))$/.test(flag)), []);
});

Deno.test("a stack on another port than the usual writes a file of keys of its own", () => {
  assertEquals(basename(envFileOf(54321)), "local.env");
  assertEquals(basename(envFileOf(56321)), "local-56321.env");
});

Deno.test("a command finds the stack that runs, whatever its port is", async () => {
  await using folder = await makeFolder();
  using one = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const write = async (name: string, port: number) =>
    await Deno.writeTextFile(join(folder.path, name), `SUPABASE_URL=http://127.0.0.1:${port}\n`);
  const find = async () => (await findRunningStack(folder.path))?.SUPABASE_URL;

  assertEquals(await findRunningStack(join(folder.path, "none")), null);
  await write("local.env", 1); // one that was killed
  assertEquals(await find(), undefined);
  await write("local-2.env", one.addr.port);
  await write("local-2-apis.env", other.addr.port);
  assertEquals(await find(), `http://127.0.0.1:${one.addr.port}`);
  await write("local-3.env", other.addr.port);
  const { message } = await assertRejects(find, StackError);
  const ports = [one.addr.port, other.addr.port].map(String).sort();
  assertEquals(
    message,
    `Several local stacks run. Say which one: --port ${ports.join(" or --port ")}.`,
  );
  await write("local.env", other.addr.port);
  assertEquals(await find(), `http://127.0.0.1:${other.addr.port}`);
});

Deno.test("the commands say what is wrong with their command lines", async () => {
  for (
    const [program, args, message] of [
      ["start.ts", ["--prot", "1"], /--prot/],
      ["start.ts", ["--port", "http"], /--port takes a number up to 65535, not "http"/],
      ["start.ts", ["help"], /What is "help"\?/],
      ["sql.ts", ["--port", "70000", "select 1"], /--port takes a number up to 65535, not "70000"/],
      ["reset.ts", ["--data", "memory"], /--data takes a folder/],
    ] as const
  ) {
    assertIsOneParagraph(await run(program, [...args]), message);
  }
  const help = await run("start.ts", ["--help"]);
  assertEquals(help.code, 0);
  assertMatch(help.stdout, /--port PORT/);
});

async function run(...program: Parameters<typeof spawnProgram>) {
  return await finish(spawnProgram(...program));
}

function assertIsOneParagraph(
  { code, stderr }: { code: number; stderr: string },
  message: RegExp,
): void {
  assertEquals(code, 1);
  assertMatch(stderr, message);
  assertEquals(stderr.trim().split("\n").length, 1, stderr);
}

function patiently() {
  return { interval: 50, signal: AbortSignal.timeout(60_000) };
}

/** Starts the program on a free port, with everything it keeps below `folder`. */
async function startProgram(folder: string) {
  const env = join(folder, "local.env");
  await Deno.remove(env).catch(() => {});
  const args = ["--data", "data", "--env", "local.env", "--port", "0"];
  const child = spawnProgram("start.ts", args, folder);
  let output = "";
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  }));
  let hasEnded = false;
  child.status.then(() => hasEnded = true);

  async function end(signal: Deno.Signal): Promise<number> {
    if (!hasEnded) child.kill(signal);
    await reading;
    return (await child.status).code;
  }

  const isReady = () => output.includes("Ctrl-C stops it.");
  await poll(() => hasEnded || isReady(), Boolean, patiently());
  assert(isReady(), output);
  return {
    env: (await readRunningStack({ env }))!,
    pid: child.pid,
    output: () => output,
    end,
    [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
  };
}

async function write(env: Record<string, string>, domain: string): Promise<void> {
  await using sql = connect(env);
  await sql.client`insert into public.personal_email_domains (domain) values (${domain})`;
}

async function read(env: Record<string, string>): Promise<string[]> {
  await using sql = connect(env);
  const rows = await sql.client<{ domain: string }[]>`
    select domain from public.personal_email_domains where domain like '%.example' order by domain`;
  return rows.map(({ domain }) => domain);
}

function connect(env: Record<string, string>) {
  const client = postgres(env.DATABASE_URL!, { max: 1 });
  return { client, [Symbol.asyncDispose]: () => client.end() };
}

async function listProcesses(): Promise<{ pid: number; parent: number }[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-e", "-o", "pid=,ppid="] }).output();
  return [...new TextDecoder().decode(stdout).matchAll(/(\d+) +(\d+)/g)]
    .map(([, pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}
