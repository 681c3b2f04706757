import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { openSandbox } from "./resend/server.ts";
import type { Sandbox } from "./resend/types.ts";
import { type Database, openDatabase } from "./stack-database.ts";
import { StackError } from "./stack-error.ts";
import { dropHalfCreated, markCreated, openDataFolder } from "./stack-folder.ts";
import { type EdgeFunctions, startFunctions } from "./stack-functions.ts";
import { applyMigrations, seedDatabase } from "./stack-migrations.ts";
import { readOutbox } from "./inbox/status.ts";
import { createRouter } from "./stack-router.ts";
import { sendEmailsOf, startSchedule } from "./stack-schedule.ts";
import { serveSupabase } from "./stack-studio.ts";

/** What a stack is started with. */
export interface StackOptions {
  /** The one port of everything, on 127.0.0.1; 0 takes any free one. */
  port: number;
  /** Folder that survives restarts, or "memory" for nothing that does. */
  data: string | "memory";
  /** Run seed.sql on a database that has not had it. Default: no. */
  seed?: boolean;
  /** Run the Edge Functions too. Default: no. */
  functions?: boolean;
  /** Environment of the functions, on top of what the platform gives. */
  env?: Record<string, string>;
  /** Gets one line per thing that happens. Default: silence. */
  log?: (line: string) => void;
  /** The folder that holds migrations, seed.sql and functions. Default: the project's. */
  supabase?: string;
}

/** A running stack. */
export interface Stack {
  url: string;
  publishableKey: string;
  secretKey: string;
  webhookSecret: string;
  resendApiKey: string;
  resendWebhookSecret: string;
  inboxUrl: string;
  /** What RESEND_BASE_URL has to be. */
  resendUrl: string;
  /** Names of the Edge Functions that run. */
  functions: string[];
  sandbox: Sandbox;
  /** Runs SQL as the superuser; without parameters it may be several statements. */
  sql<T>(query: string, parameters?: unknown[]): Promise<T[]>;
  /** Stops everything; what was written is kept. */
  close(): Promise<void>;
}

/**
 * Starts Postgres, REST, Studio, the Edge Functions and the Resend sandbox with its inbox.
 * @throws {StackError} when the reason is something that the caller can put right.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const log = options.log ?? (() => {});
  const supabase = options.supabase ?? fileURLToPath(new URL("../supabase", import.meta.url));

  let route = refuse("The stack is starting");
  // What was opened is closed in reverse order, at the end or when a later step fails.
  const opened: (() => unknown)[] = [];
  async function close() {
    route = refuse("The stack is stopping");
    for (let undo = opened.pop(); undo; undo = opened.pop()) await undo();
  }

  try {
    // The port first: everything else is told the address, and a port in use shows at once.
    const server = listen(options.port, (request) => route(request));
    opened.push(() => server.shutdown());
    const { port } = server.addr;
    const url = `http://127.0.0.1:${port}`;

    const folder = await openDataFolder(options.data);
    opened.push(folder.release);
    const { keys } = folder;

    const isNew = await dropHalfCreated(folder.postgres);
    log(isNew ? "Creating the database" : "Opening the database");
    const database = await openDatabase(folder.postgres);
    opened.push(() => database.close());
    await markCreated(folder.postgres);
    await applyMigrations(database, { supabase, log });
    if (options.seed) await seedDatabase(database, { supabase, log });

    let functions: EdgeFunctions | null = null;
    const sandbox = await openSandbox({
      apiKey: keys.resendApiKey,
      webhookSecret: keys.resendWebhookSecret,
      file: folder.mails,
      verifiedDomains: () => readVerifiedDomains(database),
      report: async (report) =>
        await functions?.fetch("resend-webhook", report) ?? Response.json({}, { status: 404 }),
    });
    opened.push(sandbox.close);
    const outbox = () => readOutbox(database);
    const parts = { port, supabase: serveSupabase(database, keys, log), sandbox, outbox };
    route = createRouter({ ...parts, functions: null });

    if (options.functions) {
      log("Starting the Edge Functions");
      functions = await startFunctions({
        folder: join(supabase, "functions"),
        env: {
          SUPABASE_URL: url,
          SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
          SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
          CALCOM_WEBHOOK_SECRET: keys.webhookSecret,
          RESEND_API_KEY: keys.resendApiKey,
          RESEND_BASE_URL: `${url}/resend`,
          RESEND_WEBHOOK_SECRET: keys.resendWebhookSecret,
          ...options.env,
        },
        log,
      });
      opened.push(functions.close);
      route = createRouter({ ...parts, functions });
      await functions.started;
      const sendEmails = sendEmailsOf(functions, { url, secretKey: keys.secretKey, log });
      opened.push(startSchedule({ database, sendEmails, log }));
    }

    return {
      url,
      publishableKey: keys.publishableKey,
      secretKey: keys.secretKey,
      webhookSecret: keys.webhookSecret,
      resendApiKey: keys.resendApiKey,
      resendWebhookSecret: keys.resendWebhookSecret,
      inboxUrl: `${url}/inbox`,
      resendUrl: `${url}/resend`,
      functions: functions?.names ?? [],
      sandbox,
      sql: database.sql,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function listen(port: number, route: (request: Request) => Promise<Response>) {
  try {
    return Deno.serve({
      hostname: "127.0.0.1",
      port,
      onListen: () => {},
      onError: (error) => Response.json({ message: String(error) }, { status: 500 }),
    }, route);
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new StackError(
        `Port ${port} of 127.0.0.1 is in use, perhaps by another stack. Stop what uses it, or ` +
          `choose another one with --port.`,
      );
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new StackError(
        `Not allowed to listen on port ${port}. Choose one above 1023 with --port.`,
      );
    }
    throw error;
  }
}

function refuse(message: string): (request: Request) => Promise<Response> {
  return () =>
    Promise.resolve(
      Response.json({ message }, { status: 503, headers: { "retry-after": "2" } }),
    );
}

/** The sandbox verifies exactly the domains that the product sends from. */
async function readVerifiedDomains(database: Database): Promise<string[]> {
  const rows = await database.sql<{ domain: string }>(
    "select distinct lower(split_part(from_address, '@', 2)) as domain from public.senders",
    [],
  );
  return rows.map(({ domain }) => domain);
}
