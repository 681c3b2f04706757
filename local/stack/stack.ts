import { fileURLToPath, pathToFileURL } from "node:url";
import { type Apis, openApis } from "../apis/serve.ts";
import { serveInbox } from "../inbox/serve.ts";
import { readOutbox } from "../inbox/status.ts";
import { applyMigrations, seedDatabase, SUPABASE_FOLDER } from "../migrations.ts";
import { openSandbox } from "../resend/server.ts";
import type { Sandbox } from "../resend/types.ts";
import { FIRST_MEMBER, invite, type Member } from "./auth.ts";
import { openBoard } from "./board.ts";
import { limitBody } from "./body-limit.ts";
import { type Keys, openDataDir } from "./data-dir.ts";
import { type Database, openDatabase } from "./database.ts";
import { StackError } from "./error.ts";
import { startFunctions } from "./functions.ts";
import { openSupabase } from "./rest.ts";
import { createRouter, type Route } from "./router.ts";
import { startSchedule } from "./schedule.ts";

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
  /** Serve stand-ins of the APIs of Supabase, Cal.com and Resend too. Default: no. */
  apis?: boolean;
  /** Serve the board too; it is built beside, where it is not. Default: no. */
  board?: boolean;
  /** Environment of the functions, on top of what the platform gives. */
  env?: Record<string, string>;
  /** Gets one line per thing that happens. Default: silence. */
  log?: (line: string) => void;
  /** The folder that holds migrations, seed.sql and functions. Default: the project's. */
  supabase?: string;
}

/** A running stack with its keys. */
export interface Stack extends Keys {
  url: string;
  inboxUrl: string;
  /** Where the board is; null without it. */
  boardUrl: string | null;
  /** Resolves when the board is built, or cannot be. */
  boardBuilt: Promise<void>;
  /** What RESEND_BASE_URL has to be. */
  resendUrl: string;
  /** For psql and any other client: the role `postgres`, as on Supabase. */
  databaseUrl: string;
  /** The stand-ins of the three APIs; null without them. */
  apis: Apis | null;
  /** Names of the Edge Functions that run. */
  functions: string[];
  sandbox: Sandbox;
  /** Who is invited from the start. */
  member: Member;
  /** Invites somebody else. */
  invite(member: Member): Promise<void>;
  /** What differs between the migrations and what was applied earlier, in sentences. */
  changes: string[];
  /** Resolves when Postgres is not running any more, for example because somebody killed it. */
  databaseEnded: Promise<void>;
  /** Runs SQL as the role `postgres`; without parameters it may be several statements. */
  sql<T>(query: string, parameters?: unknown[]): Promise<T[]>;
  /** Stops everything; what was written is kept. */
  close(): Promise<void>;
}

/**
 * Starts Postgres, REST, Auth, Studio, the Edge Functions and the Resend sandbox with its inbox.
 * @throws {StackError} when the reason is something that the caller can put right.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const log = options.log ?? (() => {});
  const folder = options.supabase ? pathToFileURL(`${options.supabase}/`) : SUPABASE_FOLDER;

  let route = refuse("The stack is starting");
  // What was opened is closed in reverse order, at the end or when a later step fails.
  const opened: (() => unknown)[] = [];
  async function close() {
    for (let undo = opened.pop(); undo; undo = opened.pop()) await undo();
  }

  try {
    // The port first: everything else is told the address, and a port in use shows at once.
    const server = listen(
      options.port,
      (request, peer) => limitBody(request, (limited) => route(limited, peer)),
    );
    opened.push(() => server.shutdown());
    const { port } = server.addr;
    const url = `http://127.0.0.1:${port}`;

    const dataDir = await openDataDir(options.data);
    opened.push(dataDir.release);
    const { keys } = dataDir;

    // They start while the database does, and answer from when it is ready.
    const functions = options.functions
      ? await startFunctions({
        folder: fileURLToPath(new URL("functions", folder)),
        env: {
          SUPABASE_URL: url,
          SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
          SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
          CALCOM_WEBHOOK_SECRET: keys.webhookSecret,
          RESEND_API_KEY: keys.resendApiKey,
          RESEND_BASE_URL: `${url}/resend`,
          RESEND_WEBHOOK_SECRET: keys.resendWebhookSecret,
          SEND_EMAILS_SECRET: keys.sendEmailsSecret,
          // Here nothing calls it by itself: `task reconcile` shows the secret key.
          RECONCILE_SECRET: crypto.randomUUID(),
          ...options.env,
        },
        log,
      })
      : null;
    // Here in case that the database does not start, and later to be closed before it.
    opened.push(() => functions?.close());

    log("Starting Postgres and the Edge Functions");
    const database = await openDatabase({
      dataDir: dataDir.database,
      password: keys.databasePassword,
      // A saved connection of a client stays right as long as this one is free.
      port: port + 1,
    });
    opened.push(() => database.close());
    const sandbox = await openSandbox({
      apiKey: keys.resendApiKey,
      webhookSecret: keys.resendWebhookSecret,
      file: dataDir.mails,
      verifiedDomains: () => readVerifiedDomains(database),
      report: async (report) =>
        await functions?.fetch("resend-webhook", report) ?? Response.json({}, { status: 404 }),
    });
    opened.push(sandbox.close);
    // Before the migrations, which find what Auth has as on Supabase.
    const supabase = await openSupabase({ url, database, keys, sandbox, log });
    const changes = await applyMigrations(database, folder, log);
    if (options.seed) await seedDatabase(database, folder, log);
    await invite(database, FIRST_MEMBER);

    const board = options.board
      ? openBoard({ supabaseUrl: url, publishableKey: keys.publishableKey, live: "poll" }, log)
      : null;
    opened.push(() => board?.close());
    const apis = options.apis
      ? await openApis({
        url,
        databaseUrl: database.url,
        publishableKey: keys.publishableKey,
        secretKey: keys.secretKey,
        sendingKey: keys.resendApiKey,
        resendWebhookSecret: keys.resendWebhookSecret,
        // The sandbox knows one key; here whoever has one of the account's may send.
        sendMail: (request, path) => {
          const headers = new Headers(request.headers);
          headers.set("authorization", `Bearer ${keys.resendApiKey}`);
          return sandbox.fetch(new Request(request, { headers }), path);
        },
        // What this stack itself shows to the functions goes on being valid.
        setEnv: (env) => {
          const { CALCOM_WEBHOOK_SECRET, SEND_EMAILS_SECRET } = env;
          functions?.setEnv({
            ...env,
            CALCOM_WEBHOOK_SECRET: join(CALCOM_WEBHOOK_SECRET, keys.webhookSecret),
            SEND_EMAILS_SECRET: join(SEND_EMAILS_SECRET, keys.sendEmailsSecret),
            ...options.env,
          });
        },
      })
      : null;
    opened.push(() => apis?.close());
    route = createRouter({
      port,
      supabase,
      resend: sandbox.fetch,
      apis,
      board,
      inbox: async (path: string) =>
        serveInbox(path, sandbox.messages(), path === "" ? [] : await readOutbox(database)),
      functions,
    });
    opened.push(() => route = refuse("The stack is stopping"), () => functions?.close());
    if (functions) {
      await functions.started;
      // As pg_net would. What goes wrong the function says itself, in its log.
      const sendEmails = async () => {
        const request = new Request(`${url}/functions/v1/send-emails`, {
          method: "POST",
          headers: { "x-send-emails-secret": keys.sendEmailsSecret },
        });
        const answer = await functions.fetch("send-emails", request);
        await answer?.body?.cancel();
      };
      opened.push(startSchedule({ database, sendEmails, log }));
    }

    return {
      ...keys,
      url,
      inboxUrl: `${url}/inbox`,
      boardUrl: board && `${url}/board`,
      boardBuilt: board?.built ?? Promise.resolve(),
      resendUrl: `${url}/resend`,
      databaseUrl: database.url,
      apis,
      functions: functions?.names ?? [],
      sandbox,
      member: FIRST_MEMBER,
      invite: (member) => invite(database, member),
      changes,
      databaseEnded: database.ended,
      sql: database.sql,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A list of secrets, as the functions take one. */
function join(...secrets: (string | undefined)[]): string {
  return secrets.filter((secret) => secret !== undefined).join();
}

function listen(port: number, route: Route) {
  try {
    return Deno.serve({
      hostname: "127.0.0.1",
      port,
      onListen: () => {},
      onError: (error) => Response.json({ message: String(error) }, { status: 500 }),
    }, (request, { remoteAddr }) => route(request, remoteAddr.hostname));
  } catch (error) {
    throw new StackError(
      `Cannot listen on port ${port} of 127.0.0.1: ${(error as Error).message}. Perhaps another ` +
        `stack uses it: stop that one, or choose another port above 1023 with --port.`,
    );
  }
}

function refuse(message: string): Route {
  const headers = { "retry-after": "2" };
  return () => Promise.resolve(Response.json({ message }, { status: 503, headers }));
}

/** The sandbox verifies exactly the domains that the product sends from. */
async function readVerifiedDomains(database: Database): Promise<string[]> {
  const rows = await database.sql<{ domain: string }>(
    "select distinct lower(split_part(from_address, '@', 2)) as domain from public.senders",
  );
  return rows.map(({ domain }) => domain);
}
