import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startStack } from "../local/stack/stack.ts";
import { median, type Result } from "./result.ts";

const CLIENTS = 8;
const STARTS = 7;
/** The body that everything is measured with, each time with another uid and address. */
export const SAMPLE: URL = new URL(
  "../tests/fixtures/calcom/booking-created-business.json",
  import.meta.url,
);
const WEBHOOK = new URL("../supabase/functions/calcom-webhook/index.ts", import.meta.url);
const NAIVE = new URL("naive/index.ts", import.meta.url);
const EMPTY = new URL("empty.ts", import.meta.url);

/** Measures the way over HTTP, and the start of the function. */
export async function measureHttp(
  { seconds, rounds, log }: {
    seconds: number;
    rounds: number;
    log: (line: string) => void;
  },
): Promise<Result[]> {
  const stack = await startStack({ port: 0, data: "memory" });
  try {
    // The naive function writes to the tables itself.
    await stack.sql(
      "grant insert on all tables in schema public to service_role; grant select on all tables in schema public to service_role",
    );
    // No mail is sent: it is the same for both, and comes after the answer.
    const env = {
      SUPABASE_URL: stack.url,
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secretKey }),
      CALCOM_WEBHOOK_SECRET: stack.webhookSecret,
    };
    log("Requests a second, webhook and naive function");
    const sample = JSON.parse(await Deno.readTextFile(SAMPLE));
    const webhook = await serve(WEBHOOK, env);
    const naive = await serve(NAIVE, env);
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      theirs.push(await countRequests(naive.url, seconds, stack.webhookSecret, sample));
      ours.push(await countRequests(webhook.url, seconds, stack.webhookSecret, sample));
    }
    await webhook.stop();
    await naive.stop();

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
          "the whole way over HTTP (signature, raw insert, decision) at 8 clients: requests a second, against a naive function with one supabase-js call a step",
        ours: median(ours),
        theirs: median(theirs),
        wanted: { atLeast: 2 },
      },
      {
        what:
          "from process start to the first answer of the function, against an empty Deno server: milliseconds",
        ours: median(start),
        theirs: median(empty),
      },
    ];
  } finally {
    await stack.close();
  }
}

let bodies = 0;

async function countRequests(
  url: string,
  seconds: number,
  secret: string,
  sample: { payload: Record<string, unknown> },
): Promise<number> {
  const end = performance.now() + seconds * 1000;
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
  return answers / seconds;
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
