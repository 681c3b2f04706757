import { createHmac } from "node:crypto";
import type { Stack } from "../../local/stack/stack.ts";
import { createDatabase } from "../../supabase/functions/_shared/database.ts";
import { createHandler } from "../../supabase/functions/calcom-webhook/handler.ts";
import { createEventStore, type Timeouts } from "../../supabase/functions/calcom-webhook/store.ts";
import { sendInBackground } from "../../supabase/functions/send-emails/background.ts";

/** What a test may want to be different. */
export interface WebhookOptions {
  secrets?: string[];
  supabaseUrl?: string;
  resendApiKey?: string | null;
  resendBaseUrl?: string;
  timeouts?: Timeouts;
  /** Stands between the function and the database. */
  fetch?: typeof globalThis.fetch;
}

/** What came back. */
export interface WebhookAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** The webhook as it runs, with the real database client and the real Resend client. */
export interface Webhook extends AsyncDisposable {
  url: string;
  /** Signs a body and posts it. */
  post(body: BodyInit, headers?: Record<string, string>): Promise<WebhookAnswer>;
  /** Every line that was logged. */
  lines: Record<string, unknown>[];
  /** Waits until what runs after the answers is through. */
  finish(): Promise<void>;
}

/** Serves the webhook on a free port of this machine. */
export function startWebhook(stack: Stack, options: WebhookOptions = {}): Webhook {
  const secrets = options.secrets ?? [stack.webhookSecret];
  const lines: Record<string, unknown>[] = [];
  const log = (line: Record<string, unknown>) => void lines.push(line);
  const background: Promise<void>[] = [];

  const database = createDatabase({
    supabaseUrl: options.supabaseUrl ?? stack.url,
    supabaseKey: stack.secretKey,
    ...(options.fetch && { fetch: options.fetch }),
  });
  const env = {
    resendApiKey: options.resendApiKey === undefined ? stack.resendApiKey : options.resendApiKey,
    resendBaseUrl: options.resendBaseUrl ?? stack.resendUrl,
  };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    createHandler({
      secrets,
      events: createEventStore(database, options.timeouts),
      sendMails: () => void background.push(sendInBackground({ database, env, log })),
      log,
    }),
  );
  const url = `http://127.0.0.1:${server.addr.port}/`;

  async function finish() {
    while (background.length > 0) await background.pop();
  }

  return {
    url,
    lines,
    finish,
    async post(body, headers) {
      const bytes = new Uint8Array(await new Response(body).arrayBuffer());
      const signature = sign(bytes, secrets[0] ?? "none");
      const response = await fetch(url, {
        method: "POST",
        body: bytes,
        headers: { "x-cal-signature-256": signature, ...headers },
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    async [Symbol.asyncDispose]() {
      await finish();
      await server.shutdown();
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
  await stack.sql("truncate public.calcom_events, public.companies, public.people cascade");
}
