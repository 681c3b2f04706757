// deno-lint-ignore-file no-console -- a command line program talks on the console
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ENV_FILE, readEnvFile } from "./stack/env-file.ts";
import { StackError } from "./stack/error.ts";

const START = "npx -y deno@2.9.6 task start";

const HELP = `Signs Cal.com bodies and posts them, in the order given, as Cal.com would.

  npx -y deno@2.9.6 task send FILE… [--url URL] [--secret SECRET] [--env FILE]

  FILE              a body: JSON as Cal.com sends it, posted byte for byte
  --url URL         the webhook (default: the running local stack)
  --secret SECRET   what the webhook's signature is made with (default: the local stack's)
  --env FILE        where a local stack wrote its address and secret
                    (default supabase/.temp/local.env)
  --help            this text

Ends with 1 if a file could not be read or an answer was not a success.`;

/** Where bodies go, and what they are signed with. */
interface Target {
  url: string;
  secret: string;
}

interface Options {
  url?: string | undefined;
  secret?: string | undefined;
  env?: string | undefined;
}

/** The version of Cal.com's bodies that the product is written for. */
const WEBHOOK_VERSION = "2021-10-20";

async function main(): Promise<number> {
  const { values, positionals: files } = readArguments();
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (files.length === 0) throw new StackError("Name at least one file to send. See --help.");

  const target = await findTarget(values);
  let allGood = true;
  for (const file of files) {
    // One after the other: the order of the files is the order in which they should arrive.
    if (!await send(file, target)) allGood = false;
  }
  return allGood ? 0 : 1;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        url: { type: "string" },
        secret: { type: "string" },
        env: { type: "string" },
      },
    });
  } catch (error) {
    throw new StackError(`${(error as Error).message}. See --help.`);
  }
}

async function findTarget({ url, secret, env }: Options): Promise<Target> {
  if (url && secret) return { url, secret };
  if (url) {
    throw new StackError("--url needs --secret: the local secret fits the local stack only.");
  }

  const local = await readEnvFile(env ? fromCaller(env) : ENV_FILE);
  if (!local) {
    throw new StackError(`The local stack is not running. Start it in another terminal: ${START}`);
  }
  return {
    url: `${local.SUPABASE_URL}/functions/v1/calcom-webhook`,
    secret: secret ?? local.CALCOM_WEBHOOK_SECRET ?? "",
  };
}

/** Posts one file and prints one line. Resolves to whether the receiver was content. */
async function send(file: string, { url, secret }: Target): Promise<boolean> {
  let body: Uint8Array<ArrayBuffer>;
  try {
    body = await Deno.readFile(fromCaller(file));
  } catch (error) {
    console.error(`${file}: cannot be read: ${(error as Error).message}`);
    return false;
  }

  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "x-cal-signature-256": await sign(body, secret),
        "x-cal-webhook-version": WEBHOOK_VERSION,
      },
      body,
    });
  } catch {
    throw new StackError(
      `Nothing answers at ${
        new URL(url).origin
      }. Start the local stack in another terminal: ${START}`,
    );
  }

  const { outcome, reason, message } = parse(await response.text());
  const line = [`${file}: ${triggerOf(body)}`, response.status, outcome, reason ?? message]
    .filter((part) => part !== undefined && part !== null && part !== "");
  console.log(line.join("  "));
  return response.ok;
}

/** Deno moves to the folder of deno.json; a relative path was meant from where it was typed. */
function fromCaller(path: string): string {
  return resolve(Deno.env.get("INIT_CWD") ?? Deno.cwd(), path);
}

async function sign(body: Uint8Array<ArrayBuffer>, secret: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    "raw",
    new TextEncoder().encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, body)).toHex();
}

function triggerOf(body: Uint8Array): string {
  const trigger = parse(new TextDecoder().decode(body)).triggerEvent;
  return typeof trigger === "string" && trigger ? trigger : "(no trigger)";
}

function parse(text: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" ? value : {};
  } catch {
    return { message: text.slice(0, 200) };
  }
}

try {
  Deno.exit(await main());
} catch (error) {
  console.error(error instanceof StackError ? error.message : error);
  Deno.exit(1);
}
