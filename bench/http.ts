import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startStack } from "../local/stack.ts";
import { median, type Result } from "./result.ts";

const SECONDS = 6;
const ROUNDS = 3;
const CLIENTS = 8;
const STARTS = 7;
const SAMPLE = new URL(
  "../tests/fixtures/calcom/booking-created-business.json",
  import.meta.url,
);
const WEBHOOK = new URL("../supabase/functions/calcom-webhook/index.ts", import.meta.url);
const ORDINARY = new URL("ordinary/index.ts", import.meta.url);
const EMPTY = new URL("empty.ts", import.meta.url);

/** Measures the way over HTTP, and the start of the function. */
export async function measureHttp(log: (line: string) => void): Promise<Result[]> {
  const stack = await startStack({ port: 0, data: "memory" });
  try {
    // The ordinary function writes to the tables itself.
    await stack.sql(
      "grant insert on all tables in schema public to service_role; grant select on all tables in schema public to service_role",
    );
    // No mail is sent: it is the same for both, and comes after the answer.
    const env = {
      SUPABASE_URL: stack.url,
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secretKey }),
      CALCOM_WEBHOOK_SECRET: stack.webhookSecret,
    };
    log("Requests a second, webhook and ordinary function");
    const sample = JSON.parse(await Deno.readTextFile(SAMPLE));
    const webhook = await serve(WEBHOOK, env);
    const ordinary = await serve(ORDINARY, env);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      theirs.push(await countRequests(ordinary.url, stack.webhookSecret, sample));
      ours.push(await countRequests(webhook.url, stack.webhookSecret, sample));
    }
    await webhook.stop();
    await ordinary.stop();

    log("Start-up");
    const start: number[] = [];
    const empty: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      empty.push(await timeStart(EMPTY, env));
      start.push(await timeStart(WEBHOOK, env));
    }
    return [
      {
        what:
          "the whole way over HTTP (signature, raw insert, decision) at 8 clients: requests a second, against an ordinary function with one supabase-js call a step",
        measured: `${Math.round(median(ours))} / ${Math.round(median(theirs))}`,
        ratio: median(ours) / median(theirs),
        wanted: "at least 2",
        isMet: median(ours) / median(theirs) >= 2,
      },
      {
        what:
          "from process start to the first answer of the function, against an empty Deno server: milliseconds",
        measured: `${Math.round(median(start))} / ${Math.round(median(empty))}`,
        ratio: median(start) / median(empty),
        isMet: true,
      },
    ];
  } finally {
    await stack.close();
  }
}

let bodies = 0;

async function countRequests(
  url: string,
  secret: string,
  sample: { payload: Record<string, unknown> },
): Promise<number> {
  const end = performance.now() + SECONDS * 1000;
  let answers = 0;
  const client = async () => {
    while (performance.now() < end) {
      const number = ++bodies;
      const body = JSON.stringify({
        ...sample,
        createdAt: new Date().toISOString(),
        payload: {
          ...sample.payload,
          uid: `http-${number}`,
          iCalUID: `http-${number}@Cal.com`,
          attendees: [{ email: `ann@http${number}.example`, name: "Ann Example" }],
          responses: { email: { value: `ann@http${number}.example` } },
        },
      });
      const response = await fetch(url, {
        method: "POST",
        body,
        headers: {
          "x-cal-signature-256": createHmac("sha256", secret).update(body).digest("hex"),
        },
      });
      const { outcome } = await response.json();
      if (outcome !== "applied") throw new Error(`${url} answered ${response.status} ${outcome}`);
      answers++;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return answers / SECONDS;
}

/** Runs a function as the platform would, in a process of its own. */
async function serve(index: URL, env: Record<string, string>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-net", "--allow-env", fileURLToPath(index)],
    env: { ...env, DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      await (await fetch(url)).body?.cancel();
      break;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
  return {
    url,
    async stop() {
      child.kill();
      await child.status;
    },
  };
}

async function timeStart(index: URL, env: Record<string, string>): Promise<number> {
  const start = performance.now();
  const server = await serve(index, env);
  const time = performance.now() - start;
  await server.stop();
  return time;
}
