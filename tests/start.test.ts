import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertRejects,
} from "npm:deno-std@1.4.0/assert/mod.js";
import { basename, join } from "node:path";
import { envFileOf, readRunningStack } from "../local/running-stack.ts";
import { finish, makeFolder, spawnProgram } from "./support/stack.ts";

Deno.test("task start keeps what was written, however it ends", async (t) => {
  await using folder = await makeFolder();
  const data = join(folder.path, "data");
  const envFile = join(folder.path, "local.env");
  let firstEnv: Record<string, string>;

  await t.step("the first start says what it does and where everything is", async () => {
    await using stack = await startProgram(folder.path);
    firstEnv = stack.env;

    assertMatch(stack.output, /Loading packages.*Starting Postgres.*Applied .*Ready/s);
    assertMatch(stack.env.SUPABASE_URL!, /^http:\/\/127\.0\.0\.1:\d+$/);
    assertEquals(stack.env.INBOX_URL, `${stack.env.SUPABASE_URL}/inbox`);
    assert(stack.output.includes(stack.env.INBOX_URL!));
    assertEquals(Object.keys(stack.env), [
      "SUPABASE_URL",
      "SUPABASE_PUBLISHABLE_KEY",
      "SUPABASE_SECRET_KEY",
      "CALCOM_WEBHOOK_SECRET",
      "INBOX_URL",
      "DATABASE_URL",
    ]);
    assertEquals((await Deno.stat(envFile)).mode! & 0o777, 0o600);
    await insert(stack.env, "first.example");

    const port = new URL(stack.env.SUPABASE_URL!).port;
    const samePort = await finish(spawnProgram("start.ts", ["--data", "memory", "--port", port]));
    assertIsOneParagraph(samePort, /Cannot listen on port \d+ of 127\.0\.0\.1/);
    const sameData = await finish(spawnProgram("start.ts", ["--data", data, "--port", "0"]));
    assertIsOneParagraph(sameData, /is open in another running stack/);

    assertEquals(await stack.end("SIGINT"), 0);
    await assertRejects(() => Deno.stat(envFile), Deno.errors.NotFound);
  });

  await t.step("after Ctrl-C it goes on where it was, and its functions die with it", async () => {
    await using stack = await startProgram(folder.path);

    assertNotMatch(stack.output, /Applied|Seeding|edited/);
    assertEquals(stack.env.SUPABASE_SECRET_KEY, firstEnv.SUPABASE_SECRET_KEY);
    assertEquals(stack.env.CALCOM_WEBHOOK_SECRET, firstEnv.CALCOM_WEBHOOK_SECRET);
    assertEquals(await list(stack.env), ["first.example"]);
    await insert(stack.env, "second.example");

    const children = await childrenOf(stack.pid);
    assert(children.length >= 4, "three functions and Postgres");
    await stack.end("SIGKILL");
    await waitUntil(async () => (await stillRunning(children)).length === 0);
  });

  await t.step("after a crash too, and SIGTERM ends it as well", async () => {
    await using stack = await startProgram(folder.path);

    assertEquals(await list(stack.env), ["first.example", "second.example"]);
    assertEquals(await stack.end("SIGTERM"), 0);
  });
});

Deno.test("task sql and task reset", async (t) => {
  await using folder = await makeFolder();

  await t.step("without a stack they say so", async () => {
    const sql = await finish(
      spawnProgram("sql.ts", ["select 1", "--env", "local.env"], folder.path),
    );
    assertIsOneParagraph(sql, /^The local stack is not running\. Start it/);
    const reset = await finish(spawnProgram("reset.ts", ["--data", "data"], folder.path));
    assertEquals(reset, { code: 0, stdout: "There is no such folder.\n", stderr: "" });
  });

  await t.step("with one, SQL prints its rows, and the folder is not deleted", async () => {
    await using stack = await startProgram(folder.path);
    const sql = (text: string) =>
      finish(spawnProgram("sql.ts", [text, "--env", "local.env"], folder.path));

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

    const reset = await finish(spawnProgram("reset.ts", ["--data", "data"], folder.path));
    assertIsOneParagraph(reset, /is open in another running stack/);
    assertEquals(await stack.end("SIGTERM"), 0);
  });

  await t.step("after its end the folder is deleted", async () => {
    const reset = await finish(spawnProgram("reset.ts", ["--data", "data"], folder.path));
    assertMatch(reset.stdout, /^Deleting the database, the mails and the keys in .*data …\nDone\./);
    await assertRejects(() => Deno.stat(join(folder.path, "data")), Deno.errors.NotFound);
  });
});

Deno.test("a stack on another port than the usual writes a file of keys of its own", () => {
  assertEquals(basename(envFileOf(54321)), "local.env");
  assertEquals(basename(envFileOf(56321)), "local-56321.env");
});

Deno.test("the commands say what is wrong with their command lines", async () => {
  const [unknown, port, word, sql, reset, help] = await Promise.all([
    finish(spawnProgram("start.ts", ["--prot", "1"])),
    finish(spawnProgram("start.ts", ["--port", "http"])),
    finish(spawnProgram("start.ts", ["help"])),
    finish(spawnProgram("sql.ts", ["--port", "70000", "select 1"])),
    finish(spawnProgram("reset.ts", ["--data", "memory"])),
    finish(spawnProgram("start.ts", ["--help"])),
  ]);

  assertIsOneParagraph(unknown, /--prot/);
  assertIsOneParagraph(port, /--port takes a number up to 65535, not "http"/);
  assertIsOneParagraph(word, /What is "help"\?/);
  assertIsOneParagraph(sql, /--port takes a number up to 65535, not "70000"/);
  assertIsOneParagraph(reset, /--data takes a folder/);
  assertEquals(help.code, 0);
  assertMatch(help.stdout, /--port PORT/);
});

Deno.test("task start says when it may not write", async () => {
  await using folder = await makeFolder({ file: "" });
  const relative = join("file", "data");
  const refused = await finish(
    spawnProgram("start.ts", ["--data", relative, "--port", "0"], folder.path),
  );

  assertIsOneParagraph(refused, /Cannot write to the data folder .*stack-test-.*file/);
});

function assertIsOneParagraph(
  { code, stderr }: { code: number; stderr: string },
  message: RegExp,
): void {
  assertEquals(code, 1);
  assertMatch(stderr, message);
  assertEquals(stderr.trim().split("\n").length, 1, stderr);
}

/** Starts the program on a free port, with everything it keeps below `folder`. */
async function startProgram(folder: string) {
  const envFile = join(folder, "local.env");
  await Deno.remove(envFile).catch(() => {});
  const child = spawnProgram(
    "start.ts",
    ["--data", "data", "--env", "local.env", "--port", "0"],
    folder,
  );
  let output = "";
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) output += text;
  }));
  let hasEnded = false;
  const ended = child.status.then(({ code }) => {
    hasEnded = true;
    return code;
  });

  async function end(signal: Deno.Signal): Promise<number> {
    if (!hasEnded) child.kill(signal);
    const code = await ended;
    await reading;
    return code;
  }

  await waitUntil(() => {
    if (hasEnded) throw new Error(`The stack did not start:\n${output}`);
    return output.includes("Ctrl-C stops it.");
  });
  const env = await readRunningStack({ env: envFile });
  assert(env);
  return {
    env,
    pid: child.pid,
    end,
    get output() {
      return output;
    },
    [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
  };
}

async function insert(env: Record<string, string>, domain: string): Promise<void> {
  const answer = await fetch(`${env.SUPABASE_URL}/rest/v1/personal_email_domains`, {
    method: "POST",
    headers: { apikey: env.SUPABASE_SECRET_KEY!, "content-type": "application/json" },
    body: JSON.stringify({ domain }),
  });
  assertEquals(answer.status, 201, await answer.text());
}

async function list(env: Record<string, string>): Promise<string[]> {
  const answer = await fetch(
    `${env.SUPABASE_URL}/rest/v1/personal_email_domains?domain=like.*.example&order=domain`,
    { headers: { apikey: env.SUPABASE_SECRET_KEY! } },
  );
  return (await answer.json()).map(({ domain }: { domain: string }) => domain);
}

async function childrenOf(pid: number): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-e", "-o", "ppid=,pid="] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([parent]) => parent === String(pid))
    .map(([, child]) => child!);
}

async function stillRunning(pids: string[]): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-e", "-o", "pid="] }).output();
  const running = new TextDecoder().decode(stdout).split("\n").map((line) => line.trim());
  return pids.filter((pid) => running.includes(pid));
}

async function waitUntil(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const until = Date.now() + 60_000; !await isSo();) {
    if (Date.now() > until) throw new Error("Waited for a minute");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
