import { createHmac } from "node:crypto";
import type { Stack } from "../../local/stack/stack.ts";
import { readLines } from "../../local/stack/tied-process.ts";
import { createDatabase } from "../../supabase/functions/_shared/database.ts";
import { createHandler } from "../../supabase/functions/calcom-webhook/handler.ts";
import { createEventStore, type Timeouts } from "../../supabase/functions/calcom-webhook/store.ts";
import { wakeSendEmails } from "../../supabase/functions/calcom-webhook/wake.ts";
import { createHandler as createSender } from "../../supabase/functions/send-emails/handler.ts";
import { sendDueEmails } from "../../supabase/functions/send-emails/send.ts";

type Fetch = typeof globalThis.fetch;

/** What a test may want to be different; `fetch` stands between the function and the database. */
export interface WebhookOptions {
  secrets?: string[];
  supabaseUrl?: string;
  resendBaseUrl?: string;
  timeouts?: Timeouts;
  bodyTimeout?: number;
  fetch?: Fetch;
}

/** The webhook as it runs, with send-emails, the real database client and the real Resend client. */
export type Webhook = ReturnType<typeof startWebhook>;

/** Serves the webhook on a free port of this machine. */
export function startWebhook(stack: Stack, options: WebhookOptions = {}) {
  const { secrets = [stack.webhookSecret], supabaseUrl = stack.url } = options;
  /** Every line that was logged. */
  const lines: Record<string, unknown>[] = [];
  const log = (line: Record<string, unknown>) => void lines.push(line);
  const background: Promise<void>[] = [];

  const database = createDatabase({
    supabaseUrl,
    supabaseKey: stack.secretKey,
    ...(options.fetch && { fetch: options.fetch }),
  });
  const env = {
    resendApiKey: stack.resendApiKey,
    resendBaseUrl: options.resendBaseUrl ?? stack.resendUrl,
  };
  const onAnyPort = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const sender = Deno.serve(
    onAnyPort,
    createSender({
      secretKeys: [stack.secretKey],
      secrets: [],
      canSend: true,
      send: () => sendDueEmails({ database, env, log }),
      log,
    }),
  );
  const wake = {
    supabaseUrl: `http://127.0.0.1:${sender.addr.port}`,
    supabaseKey: stack.secretKey,
    log,
  };
  const server = Deno.serve(
    onAnyPort,
    createHandler({
      secrets,
      events: createEventStore(database, options.timeouts),
      ...(options.bodyTimeout !== undefined && { bodyTimeout: options.bodyTimeout }),
      sendMails: () => void background.push(wakeSendEmails(wake)),
      log,
    }),
  );

  /** Waits until what runs after the answers is through. */
  async function finish() {
    while (background.length > 0) await background.pop();
  }

  return {
    lines,
    port: server.addr.port,
    finish,
    /** Signs a body and posts it. */
    async post(body: BodyInit, headers: Record<string, string> = {}) {
      const bytes = await new Response(body).bytes();
      const signature = sign(bytes, secrets[0] ?? "none");
      const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, {
        method: "POST",
        body: bytes,
        headers: { "x-cal-signature-256": signature, ...headers },
      });
      const json: Record<string, unknown> = await response.json();
      return { status: response.status, headers: response.headers, body: json };
    },
    async [Symbol.asyncDispose]() {
      await finish();
      await server.shutdown();
      await sender.shutdown();
    },
  };
}

/** The signature that Cal.com would send. */
export function sign(body: Uint8Array, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

/** A body of `fixtures/calcom`, as the bytes of the file. */
export function readFixture(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`../fixtures/calcom/${name}.json`, import.meta.url));
}

/** Forgets everything that bookings have left behind; brands and personal domains stay. */
export async function emptyDatabase(stack: Stack): Promise<void> {
  await stack.sql(
    "truncate public.calcom_events, public.companies, public.people, public.emails cascade",
  );
}

/** A fetch that asks `fault` first about each call, by its number from 1; null lets it through. */
export function faultyFetch(
  fault: (count: number, url: string, signal?: AbortSignal | null) => Promise<Response> | null,
): Fetch {
  let count = 0;
  return (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    return fault(++count, url, init?.signal) ?? fetch(input, init);
  };
}

/** Nobody answers, in time or at all. */
export const hang = (signal?: AbortSignal | null): Promise<Response> =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
export const refuse = (): Promise<Response> => Promise.reject(new TypeError("fetch failed"));

/** Runs an Edge Function as a process of its own, on a free port that it picks itself. */
export function runFunction(name: string, env: Record<string, string>) {
  const process = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--cached-only", "--allow-env", "--allow-net=127.0.0.1"],
      new URL(`../../supabase/functions/${name}/index.ts`, import.meta.url).href,
    ],
    clearEnv: true,
    env: { ...DENO, NO_COLOR: "1", DENO_SERVE_ADDRESS: "tcp:127.0.0.1:0", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

  const url = Promise.withResolvers<string>();
  const lines: string[] = [];
  const read = [process.stdout, process.stderr].map((output) =>
    readLines(output, (line) => {
      lines.push(line);
      if (line.startsWith("Listening on ")) url.resolve(line.slice("Listening on ".length));
    })
  );
  const ended = Promise.all([process.status, ...read]).then(([{ code }]) => {
    url.reject(new Error(`${name} did not start:\n${lines.join("\n")}`));
    return { code, lines };
  });
  url.promise.catch(() => {}); // whoever waits for it is told
  return {
    /** Where it listens, once it does. */
    url: url.promise,
    /** Its exit code and all that it printed, once it has ended. */
    ended,
    kill: (signal?: Deno.Signal) => process.kill(signal),
  };
}

/** What Deno itself needs to find its cache. */
const DENO = Object.fromEntries(
  ["HOME", "PATH", "DENO_DIR"].flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }),
);
