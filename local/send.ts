// deno-lint-ignore-file no-console -- a command line program talks on the console
import { createHmac } from "node:crypto";
import { bold, cyan, green, red, setColorEnabled, yellow } from "npm:deno-std@1.4.0/fmt/colors.js";
import { runCommand, TASK } from "./command.ts";
import { bodyOf, changeEvents, type Changes, type Json, readSetting } from "./event-changes.ts";
import { readOutcome } from "./outcome.ts";
import { fromCaller, readRunningStack, STACK_OPTIONS, type StackChoice } from "./running-stack.ts";
import { StackError } from "./stack/error.ts";

const HELP = `Signs Cal.com bodies and posts them, in the order given, as Cal.com would.

  ${TASK} send FILE… [options]

  FILE              a body: JSON as Cal.com sends it, posted byte for byte unless an option below
                    changes it. Files of one call that are about one booking stay so
  --new             as a booking that nobody has seen: new uids, made now, the first meeting
                    within a week (same day of the week, same hour)
  --at DATE         the first meeting starts then, like 2026-12-24T10:00Z
  --to EMAIL        the attendee has this address, like bounced@resend.dev
  --set PATH=VALUE  sets a value of the payload, like organizer.email=me@example.org,
                    attendees.0.name=Ada or hideOrganizerEmail=true; may be given several times
  --port PORT       the local stack on this port (default: the one that runs)
  --env FILE        the local stack that was started with this file of keys
  --url URL         another webhook than a local stack's; needs --secret
  --secret SECRET   what the webhook's signature is made with
  --help            this text

Ends with 1 if a file could not be read or an answer was not a success.`;

const OPTIONS = {
  new: { type: "boolean" },
  at: { type: "string" },
  to: { type: "string" },
  set: { type: "string", multiple: true },
  url: { type: "string" },
  secret: { type: "string" },
  ...STACK_OPTIONS,
} as const;

/** Where bodies go, what they are signed with, and the local stack if it is one's. */
interface Target {
  url: string;
  secret: string;
  stack: Record<string, string> | null;
}

/** One file: what was in it, or is sent instead; without an event when that is no JSON object. */
interface Letter {
  file: string;
  body: Uint8Array<ArrayBuffer>;
  event: Json | null;
}

/** What the webhook says became of an event. */
interface Answer {
  isOk: boolean;
  event_id?: string;
  outcome: string;
  reason: string;
}

/** The version of Cal.com's bodies that the product is written for. */
const WEBHOOK_VERSION = "2021-10-20";

const COLORS: Record<string, (text: string) => string> = {
  applied: green,
  waiting: yellow,
  duplicate: cyan,
  ignored: cyan,
};

await runCommand(HELP, OPTIONS, async (values, files) => {
  if (files.length === 0) throw new StackError("Name at least one file to send. See --help.");
  const changes = readChanges(values);
  const target = await findTarget(values);
  setColorEnabled(Deno.stdout.isTerminal() && !Deno.noColor);

  const letters = changeLetters(await readFiles(files), changes);
  const show = createTable(letters);
  const sent: { letter: Letter; answer: Answer }[] = [];
  for (const letter of letters) {
    // One after the other: the order of the files is the order in which they should arrive.
    const answer = await post(letter, target);
    show(letter, answer);
    sent.push({ letter, answer });
  }
  if (target.stack?.SUPABASE_SECRET_KEY) await tellOutcome(sent, target.stack, show);
  return sent.length === files.length && sent.every(({ answer }) => answer.isOk) ? 0 : 1;
});

/** What to change about the bodies; null when they are to go out as they are. */
function readChanges({ new: isNew = false, at, to, set = [] }: {
  new?: boolean;
  at?: string;
  to?: string;
  set?: string[];
}): Changes | null {
  if (at !== undefined && Number.isNaN(Date.parse(at))) {
    throw new StackError(`--at takes a date, like 2026-12-24T10:00Z, not "${at}".`);
  }
  if (to !== undefined && !/^[^\s@]+@[^\s@]+$/.test(to)) {
    throw new StackError(`--to takes a mail address, not "${to}".`);
  }
  if (!isNew && at === undefined && to === undefined && set.length === 0) return null;
  return {
    isNew,
    at: at === undefined ? at : new Date(at),
    to,
    settings: set.map(readSetting),
  };
}

async function findTarget(
  { url, secret, ...choice }: StackChoice & { url?: string; secret?: string },
): Promise<Target> {
  if (url !== undefined) {
    if (choice.port !== undefined || choice.env !== undefined) {
      throw new StackError("--url names the webhook: leave out --port and --env.");
    }
    if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
      throw new StackError(`--url takes an address that starts with https://, not "${url}".`);
    }
    if (!secret) {
      throw new StackError("--url needs --secret: the local secret fits the local stack only.");
    }
    return { url, secret, stack: null };
  }

  const { port } = choice;
  const stack = await readRunningStack(choice);
  if (!stack?.SUPABASE_URL) {
    throw new StackError(
      `${port ? `No local stack runs on port ${port}` : "The local stack is not running"}. ` +
        `Start it in another terminal: ${TASK} start${port ? ` --port ${port}` : ""}`,
    );
  }
  return {
    url: `${stack.SUPABASE_URL}/functions/v1/calcom-webhook`,
    secret: secret ?? stack.CALCOM_WEBHOOK_SECRET ?? "",
    stack,
  };
}

/** The files that can be read; the others are named. */
async function readFiles(files: string[]): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (const file of files) {
    try {
      const body = await Deno.readFile(fromCaller(file));
      letters.push({ file, body, event: parse(new TextDecoder().decode(body)) });
    } catch (error) {
      console.error(`${file}: cannot be read: ${(error as Error).message}`);
    }
  }
  return letters;
}

/** The same letters with other bodies; one whose body is not JSON is sent as it is. */
function changeLetters(letters: Letter[], changes: Changes | null): Letter[] {
  if (changes === null) return letters;
  const changed = changeEvents(letters.flatMap(({ event }) => event ? [event] : []), changes);
  return letters.map((letter) => {
    const event = letter.event && changed.shift()!;
    const body = new TextEncoder().encode(JSON.stringify(event, null, 2));
    return event ? { ...letter, event, body } : letter;
  });
}

async function post({ body }: Letter, { url, secret, stack }: Target): Promise<Answer> {
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
    const { ok: isOk, status } = response;
    const answer = parse(text) ?? { reason: text.slice(0, 200) };
    const reason = answer.reason ?? answer.message ?? "";
    return {
      ...{ outcome: isOk ? "accepted" : "refused", ...answer },
      reason: isOk ? String(reason) : `(${status}) ${reason}`,
      isOk,
    };
  } catch {
    const advice = stack ? ` Start the local stack in another terminal: ${TASK} start` : "";
    throw new StackError(`Nothing answers at ${new URL(url).origin}.${advice}`);
  }
}

/** Prints one line per answer, with columns as wide as these letters need. */
function createTable(letters: Letter[]) {
  const triggerOf = ({ event }: Letter) =>
    typeof event?.triggerEvent === "string" && event.triggerEvent || "(no trigger)";
  const fileWidth = Math.max(...letters.map(({ file }) => file.length));
  const triggerWidth = Math.max(...letters.map((letter) => triggerOf(letter).length));
  return (letter: Letter, { outcome, reason }: { outcome: string; reason: string | null }) => {
    const color = COLORS[outcome] ?? red;
    console.log(
      [
        letter.file.padEnd(fileWidth),
        triggerOf(letter).padEnd(triggerWidth),
        color(outcome.padEnd(9)),
        reason ?? "",
      ].join("  ").trimEnd(),
    );
  };
}

/**
 * Says where things stand once everything is in: an event can change what an earlier one came to,
 * as a booking does that is known at last to the cancellation that waited for it.
 */
async function tellOutcome(
  sent: { letter: Letter; answer: Answer }[],
  { SUPABASE_URL, SUPABASE_SECRET_KEY }: Record<string, string>,
  show: ReturnType<typeof createTable>,
): Promise<void> {
  const { events, bookings } = await readOutcome(
    { supabaseUrl: SUPABASE_URL!, supabaseKey: SUPABASE_SECRET_KEY! },
    {
      eventIds: sent.flatMap(({ answer }) => answer.event_id ?? []),
      uids: sent.map(({ letter }) => String(bodyOf(letter.event ?? {}).uid)),
    },
  );
  const changed = sent.flatMap(({ letter, answer }) => {
    const event = answer.isOk && events.find(({ id }) => id === answer.event_id);
    if (!event) return [];
    const isOther = event.outcome !== answer.outcome || (event.reason ?? "") !== answer.reason;
    return isOther ? [{ letter, event }] : [];
  });
  if (changed.length > 0) console.log(`\n${bold("Changed by what came after")}`);
  for (const { letter, event } of changed) show(letter, event);
  if (bookings.length > 0) console.log(`\n${bold("Now")}`);
  for (const sentence of bookings) console.log(sentence);
}

/** The JSON object in a text, or null. */
function parse(text: string): Json | null {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
