/** The door that Cal.com knocks at, asked as Cal.com would. */
import { createHmac } from "node:crypto";
import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import { z } from "npm:zod@4.6.7";
import type { Context } from "./context.ts";
import { SetupError } from "./error.ts";
import { webhookUrl } from "./project.ts";

const ANSWER = z.object({ outcome: z.string().optional(), event_id: z.string().optional() });

/** What the door said. */
export interface DoorAnswer {
  /** 0: nobody answers. */
  status: number;
  outcome: string | null;
  eventId: string | null;
}

/** A PING like the one of Cal.com's own button, with a sentence that tells where it is from. */
export function makePing(description: string): string {
  return JSON.stringify({
    triggerEvent: "PING",
    createdAt: new Date().toISOString(),
    payload: { type: "Test", title: "Test trigger event", description },
  });
}

/** Posts a body. @param secret signs it; null for somebody who knows none */
export async function knock(
  context: Context,
  body: string,
  secret: string | null,
): Promise<DoorAnswer> {
  const { region } = await context.once("project", () => context.supabase.readProject());
  const signature = secret === null
    ? {}
    : { "x-cal-signature-256": createHmac("sha256", secret).update(body).digest("hex") };
  try {
    const response = await fetch(webhookUrl(context.projectUrl, region), {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/json", ...signature },
      body,
      signal: AbortSignal.timeout(20_000),
    });
    const answer = ANSWER.safeParse(await response.json().catch(() => null)).data;
    return {
      status: response.status,
      outcome: answer?.outcome ?? null,
      eventId: answer?.event_id ?? null,
    };
  } catch {
    return { status: 0, outcome: null, eventId: null };
  }
}

/**
 * Whether the function takes what is signed with this secret; null when that cannot be told. Nothing
 * is signed and sent: of that the function keeps no row, so doctor can ask whenever it likes.
 */
export async function isAccepted(context: Context, secret: string): Promise<boolean | null> {
  const { status } = await knock(context, "", secret);
  return status === 422 ? true : status === 401 ? false : null;
}

/**
 * Waits until the function takes a secret that it has just been given. Instances that were started
 * before may still run: three in a row have to know it.
 * @throws {SetupError} when it does not within a minute
 */
export async function waitUntilAccepted(context: Context, secret: string): Promise<void> {
  const end = Date.now() + 60_000;
  for (let inRow = 0; inRow < 3;) {
    inRow = await isAccepted(context, secret) ? inRow + 1 : 0;
    if (inRow === 0 && Date.now() > end) {
      throw new SetupError(
        "The function calcom-webhook does not know its new secret after a minute. Look at its log " +
          `(https://supabase.com/dashboard/project/${context.settings.SUPABASE_PROJECT_REF}` +
          "/functions/calcom-webhook/logs), and run this again; nothing is lost meanwhile.",
      );
    }
    if (inRow < 3) await delay(inRow === 0 ? 1000 : 200);
  }
}

/**
 * Sends a ping through the real door and finds it in the log.
 * @throws {SetupError} saying where it got stuck
 */
export async function provePing(context: Context, secret: string): Promise<string> {
  const { status, outcome, eventId } = await knock(
    context,
    makePing("Sent by deno task connect, to see whether all of it works"),
    secret,
  );
  if (status !== 200 || eventId === null) {
    throw new SetupError(`The signed ping did not get through: ${explainDoor(status)}`);
  }
  const [row] = await context.supabase.select(
    z.object({ outcome: z.string(), received_at: z.string() }),
    `select e.outcome, e.received_at::text from public.calcom_events as e where e.id = $1::text::uuid`,
    [eventId],
  );
  if (row === undefined) {
    throw new SetupError(
      `The door took the ping and called it ${outcome}, but the log of this project does not have ` +
        `it. Does SUPABASE_URL (${context.projectUrl}) belong to another project?`,
    );
  }
  return `a signed ping went through the door and is in the log as ${row.outcome}`;
}

/** What an answer other than the expected one means. */
export function explainDoor(status: number): string {
  if (status === 0) return "nobody answers there.";
  if (status === 401) return "its signature was refused (401): the secrets differ.";
  if (status === 404) return "the function is not there (404): it is not deployed.";
  if (status === 503) {
    return "the function could not store it (503): its log says why; most often it was made before " +
      "the migrations were, or the database is busy.";
  }
  if (status >= 500) return `the function broke off (${status}); its log says why.`;
  return `the answer was ${status}, which the function does not give: is something in front of it?`;
}
