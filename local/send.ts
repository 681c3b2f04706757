// deno-lint-ignore-file no-console -- a command line program talks on the console
import { createHmac } from "node:crypto";
import { parseArgs } from "node:util";
import { bold, cyan, green, red, setColorEnabled, yellow } from "npm:deno-std@1.4.0/fmt/colors.js";
import { bodyOf, changeEvents, type Changes, readSetting } from "./event-changes.ts";
import { readOutcome } from "./outcome.ts";
import { fromCaller, readRunningStack, STACK_OPTIONS } from "./running-stack.ts";
import { StackError } from "./stack-error.ts";

const START = "npx -y --prefer-offline deno@2.9.6 task start";

const HELP = `Signs Cal.com bodies and posts them, in the order given, as Cal.com would.

  npx -y --prefer-offline deno@2.9.6 task send FILE… [options]

  FILE              a body: JSON as Cal.com sends it, posted byte for byte unless an option below
                    changes it. Files of one call that are about one booking stay so
  --new             as a booking that nobody has seen: new uids, made now, the first meeting
                    within a week (same day of the week, same hour)
  --at DATE         the first meeting starts then, like 2026-12-24T10:00Z
  --to EMAIL        the attendee has this address, like bounced@resend.dev
  --set PATH=VALUE  sets a value of the payload, like organizer.email=me@example.org,
                    attendees.0.name=Ada or hideOrganizerEmail=true; may be given several times
  --port PORT       the local stack that was started with this port
  --env FILE        the local stack that was started with this file of keys
  --url URL         another webhook than a local stack's; needs --secret
  --secret SECRET   what the webhook's signature is made with
  --help            this text

Ends with 1 if a file could not be read or an answer was not a success.`;

/** Where bodies go, what they are signed with, and where what became of them can be read. */
interface Target {
  url: string;
  secret: string;
  isLocal: boolean;
  rest: { url: string; key: string } | null;
}

/** One file: what was in it, and what is sent. */
interface Letter {
  file: string;
  trigger: string;
  body: Uint8Array<ArrayBuffer>;
}

/** What the webhook says became of an event. */
interface Answer {
  isOk: boolean;
  status: number;
  event_id?: string;
  outcome?: string;
  reason?: string | null;
  message?: string;
}

/** The version of Cal.com's bodies that the product is written for. */
const WEBHOOK_VERSION = "2021-10-20";

const COLORS: Record<string, (text: string) => string> = {
  applied: green,
  waiting: yellow,
  duplicate: cyan,
  ignored: cyan,
};

async function main(): Promise<number> {
  const { values, positionals: files } = readArguments();
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  if (files.length === 0) throw new StackError("Name at least one file to send. See --help.");
  const changes = readChanges(values);
  const target = await findTarget(values);
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);

  const bodies = await readFiles(files);
  const letters = changes === null ? bodies : changeLetters(bodies, changes);
  const width = (texts: string[]) => Math.max(0, ...texts.map((text) => text.length));
  const widths = [width(letters.map(({ file }) => file)), width(letters.map((l) => l.trigger))];
  const show = ({ file, trigger }: Letter, outcome: string, reason: string) => {
    const color = COLORS[outcome] ?? red;
    console.log(
      [file.padEnd(widths[0]!), trigger.padEnd(widths[1]!), color(outcome.padEnd(9)), reason]
        .join("  ").trimEnd(),
    );
  };

  let allGood = letters.length === files.length;
  const sent: { letter: Letter; answer: Answer }[] = [];
  for (const letter of letters) {
    // One after the other: the order of the files is the order in which they should arrive.
    const answer = await post(letter, target);
    const { isOk, status, outcome = isOk ? "accepted" : "refused", reason, message = "" } = answer;
    show(letter, outcome, `${isOk ? "" : `(${status}) `}${reason ?? message}`);
    sent.push({ letter, answer });
    allGood &&= isOk;
  }
  if (target.rest) await tellOutcome(sent, target.rest, show);
  return allGood ? 0 : 1;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h", default: false },
        new: { type: "boolean", default: false },
        at: { type: "string" },
        to: { type: "string" },
        set: { type: "string", multiple: true, default: [] },
        url: { type: "string" },
        secret: { type: "string" },
        ...STACK_OPTIONS,
      },
    });
  } catch (error) {
    throw new StackError(`${(error as Error).message}. See --help.`);
  }
}

type Values = ReturnType<typeof readArguments>["values"];

function readChanges({ new: isNew, at, to, set }: Values): Changes | null {
  if (at !== undefined && Number.isNaN(Date.parse(at))) {
    throw new StackError(`--at takes a date, like 2026-12-24T10:00Z, not "${at}".`);
  }
  if (to !== undefined && !/^[^\s@]+@[^\s@]+$/.test(to)) {
    throw new StackError(`--to takes a mail address, not "${to}".`);
  }
  if (!isNew && at === undefined && to === undefined && set.length === 0) return null;
  return {
    isNew,
    at: at === undefined ? null : new Date(at),
    to: to ?? null,
    settings: set.map(readSetting),
  };
}

async function findTarget({ url, secret, port, env }: Values): Promise<Target> {
  if (url !== undefined) {
    if (port !== undefined || env !== undefined) {
      throw new StackError("--url names the webhook: leave out --port and --env.");
    }
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
      throw new StackError(`--url takes an address that starts with https://, not "${url}".`);
    }
    if (!secret) {
      throw new StackError("--url needs --secret: the local secret fits the local stack only.");
    }
    return { url, secret, isLocal: false, rest: null };
  }

  const stack = await readRunningStack({ port, env });
  if (!stack?.SUPABASE_URL) {
    throw new StackError(
      `${port ? `No local stack runs on port ${port}` : "The local stack is not running"}. ` +
        `Start it in another terminal: ${START}${port ? ` --port ${port}` : ""}`,
    );
  }
  return {
    url: `${stack.SUPABASE_URL}/functions/v1/calcom-webhook`,
    secret: secret ?? stack.CALCOM_WEBHOOK_SECRET ?? "",
    isLocal: true,
    rest: stack.SUPABASE_SECRET_KEY
      ? { url: `${stack.SUPABASE_URL}/rest/v1`, key: stack.SUPABASE_SECRET_KEY }
      : null,
  };
}

/** The files that can be read; the others are named. */
async function readFiles(files: string[]): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (const file of files) {
    try {
      const body = await Deno.readFile(fromCaller(file));
      letters.push({ file, trigger: triggerOf(parse(decode(body))), body });
    } catch (error) {
      console.error(`${file}: cannot be read: ${(error as Error).message}`);
    }
  }
  return letters;
}

/** The same letters with other bodies; one whose body is not JSON is sent as it is. */
function changeLetters(letters: Letter[], changes: Changes): Letter[] {
  const events = letters.flatMap((letter) => {
    const event = parse(decode(letter.body));
    return event === null ? [] : [{ letter, event }];
  });
  const changed = changeEvents(events.map(({ event }) => event), changes);
  return letters.map((letter) => {
    const place = events.findIndex((event) => event.letter === letter);
    if (place < 0) return letter;
    const body = new TextEncoder().encode(JSON.stringify(changed[place], null, 2));
    return { ...letter, body };
  });
}

async function post({ body }: Letter, { url, secret, isLocal }: Target): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "content-type": "application/json",
        "x-cal-signature-256": createHmac("sha256", secret).update(body).digest("hex"),
        "x-cal-webhook-version": WEBHOOK_VERSION,
      },
      body,
    });
    const text = await response.text();
    return {
      ...(parse(text) ?? { message: text.slice(0, 200) }),
      isOk: response.ok,
      status: response.status,
    };
  } catch {
    const advice = isLocal ? ` Start the local stack in another terminal: ${START}` : "";
    throw new StackError(`Nothing answers at ${new URL(url).origin}.${advice}`);
  }
}

/**
 * Says where things stand once everything is in: an event can change what an earlier one came to,
 * as a booking does that is known at last to the cancellation that waited for it.
 */
async function tellOutcome(
  sent: { letter: Letter; answer: Answer }[],
  rest: { url: string; key: string },
  show: (letter: Letter, outcome: string, reason: string) => void,
): Promise<void> {
  const { events, bookings } = await readOutcome(rest, {
    eventIds: sent.flatMap(({ answer }) => answer.event_id ?? []),
    uids: sent.flatMap(({ letter }) => {
      const uid = bodyOf(parse(decode(letter.body)) ?? {}).uid;
      return typeof uid === "string" ? uid : [];
    }),
  });

  const changed = sent.flatMap(({ letter, answer }) => {
    const event = answer.isOk && events.find(({ id }) => id === answer.event_id);
    const isOther = event && (event.outcome !== answer.outcome || event.reason !== answer.reason);
    return isOther ? [{ letter, outcome: event.outcome, reason: event.reason }] : [];
  });
  if (changed.length > 0) console.log(`\n${bold("Changed by what came after")}`);
  for (const { letter, outcome, reason } of changed) show(letter, outcome, reason ?? "");
  if (bookings.length > 0) console.log(`\n${bold("Now")}`);
  for (const sentence of bookings) console.log(sentence);
}

function triggerOf(event: Record<string, unknown> | null): string {
  const trigger = event?.triggerEvent;
  return typeof trigger === "string" && trigger ? trigger : "(no trigger)";
}

function decode(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

/** The JSON object in a text, or null. */
function parse(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

try {
  Deno.exit(await main());
} catch (error) {
  console.error(error instanceof StackError ? error.message : error);
  Deno.exit(1);
}
