import { retry } from "npm:deno-std@1.4.0/async/retry.js";
import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { startStack } from "../local/stack/stack.ts";
import { median, type Result, ROUNDS } from "./result.ts";

const CLIENTS = 8;
const STARTS = 7;

/** The body that everything is measured with, each time with another uid and address. */
const SAMPLE_FILE = new URL(
  "../tests/fixtures/calcom/booking-created-business.json",
  import.meta.url,
);
export const SAMPLE = JSON.parse(await Deno.readTextFile(SAMPLE_FILE));

const WEBHOOK = new URL("../supabase/functions/calcom-webhook/index.ts", import.meta.url);
const NAIVE = new URL("naive.ts", import.meta.url);
const EMPTY = new URL("empty.ts", import.meta.url);

/** Measures the way over HTTP, and the start of the function. */
export async function measureHttp(
  { seconds, log }: { seconds: number; log: (line: string) => void },
): Promise<Result[]> {
  const stack = await startStack({ port: 0, data: "memory" });
  try {
    // The naive function writes to the tables itself.
    await stack.sql("grant select, insert on all tables in schema public to service_role");
    // No mail is sent: it is the same for both, and comes after the answer.
    const env = {
      SUPABASE_URL: stack.url,
      SUPABASE_SECRET_KEYS: JSON.stringify({ default: stack.secretKey }),
      CALCOM_WEBHOOK_SECRET: stack.webhookSecret,
    };
    log("Requests a second, webhook and naive function");
    const [webhook, naive] = [await serve(WEBHOOK, env), await serve(NAIVE, env)];
    const [requests, naiveRequests]: number[][] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      naiveRequests!.push(await countRequests(naive.url, seconds, stack.webhookSecret));
      requests!.push(await countRequests(webhook.url, seconds, stack.webhookSecret));
    }
    await Promise.all([webhook.stop(), naive.stop()]);

    log("Start-up");
    const [starts, emptyStarts]: number[][] = [[], []];
    for (let i = 0; i < STARTS; i++) {
      emptyStarts!.push(await timeStart(EMPTY, env));
      starts!.push(await timeStart(WEBHOOK, env));
    }
    return [
      {
        what:
          "the whole way over HTTP (signature, raw insert, decision) at 8 clients: requests a " +
          "second, against a naive function with one supabase-js call a step",
        ours: median(requests!),
        theirs: median(naiveRequests!),
        wanted: "at least 3",
      },
      {
        what: "from process start to the first answer of the function, against an empty Deno " +
          "server: milliseconds",
        ours: median(starts!),
        theirs: median(emptyStarts!),
        wanted: "at most 5",
      },
    ];
  } finally {
    await stack.close();
  }
}

let bodies = 0;

/** First bookings of new companies that a second brings, from clients that wait for each answer. */
async function countRequests(url: string, seconds: number, secret: string): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let answers = 0;
  const client = async () => {
    for (; performance.now() < end; answers++) {
      const number = ++bodies;
      const email = `ann@http${number}.example`;
      const body = JSON.stringify({
        ...SAMPLE,
        createdAt: new Date().toISOString(),
        payload: {
          ...SAMPLE.payload,
          uid: `http-${number}`,
          iCalUID: `http-${number}@Cal.com`,
          attendees: [{ email, name: "Ann Example" }],
          responses: { email: { value: email } },
        },
      });
      const signature = createHmac("sha256", secret).update(body).digest("hex");
      const headers = { "x-cal-signature-256": signature };
      const response = await fetch(url, { method: "POST", body, headers });
      const { outcome } = await response.json();
      if (outcome !== "applied") throw new Error(`${url} answered ${response.status} ${outcome}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return answers / seconds;
}

/** Runs a function as the platform would, in a process of its own, until it answers. */
async function serve(index: URL, env: Record<string, string>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-net", "--allow-env", fileURLToPath(index)],
    env: { ...env, DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const url = `http://127.0.0.1:${port}`;
  await retry(async () => await (await fetch(url)).body?.cancel(), {
    maxAttempts: 10_000,
    minTimeout: 2,
    multiplier: 1,
    jitter: 0,
  });
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
