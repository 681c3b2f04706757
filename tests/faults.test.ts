import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Refusal, Sandbox } from "../local/resend/types.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";
import { type MailRow, openOutbox, type Outbox } from "./support/outbox.ts";

let stack: Stack;
Deno.test.beforeAll(async () => {
  stack = await startStack({ port: 0, data: "memory" });
});
Deno.test.afterAll(() => stack.close());

function test(name: string, body: (outbox: Outbox) => Promise<void>) {
  Deno.test(name, async () => body(await openOutbox(stack)));
}

const ONCE = { byKey: 1, byContent: 1 };
const NEVER = { byKey: 0, byContent: 0 };

/** Seconds until the next attempt. */
const SOON = [25, 40] as const;
const AS_ASKED = [115, 151] as const;
const IN_AN_HOUR = [3590, 4510] as const;
const FAILED = null;

const refuse = (status: number, name: string, more: Partial<Refusal> = {}) => (sandbox: Sandbox) =>
  sandbox.refuseNext({ status, name, ...more });
const wait = (seconds: string) => ({ headers: { "retry-after": seconds } });
const drop = (sandbox: Sandbox) => sandbox.dropNextResponse();
const corrupt = (sandbox: Sandbox) =>
  sandbox.corruptNextResponse({ status: 500, name: "internal_server_error" });

/** What Resend does at the first attempt, and what the mail says then. */
const FAULTS: [
  name: string,
  inject: (sandbox: Sandbox) => void,
  reason: RegExp,
  wait: readonly [number, number] | null,
][] = [
  ["drops the answer", drop, /no answer/, SOON],
  ["fails after it took the mail", corrupt, /no answer/, SOON],
  ["fails before it takes it", refuse(500, "internal_server_error"), /no answer/, SOON],
  ["has too much to do", refuse(429, "rate_limit_exceeded"), /Too many/, SOON],
  ["wants two minutes", refuse(429, "rate_limit_exceeded", wait("120")), /Too many/, AS_ASKED],
  ["is over the day's quota", refuse(429, "daily_quota_exceeded"), /quota/, IN_AN_HOUR],
  ["is over the month's", refuse(429, "monthly_quota_exceeded", wait("60")), /quota/, IN_AN_HOUR],
  ["is still at it", refuse(409, "concurrent_idempotent_requests"), /still at work/, SOON],
  ["does not know the key", refuse(403, "invalid_api_key"), /RESEND_API_KEY/, IN_AN_HOUR],
  ["has another text", refuse(409, "invalid_idempotent_request"), /another text/, FAILED],
  ["rejects the mail", refuse(422, "validation_error", { message: "Bad" }), /Bad/, FAILED],
  ["rejects the sender", refuse(403, "validation_error"), /domain is not verified/, FAILED],
];

for (const [name, inject, reason, wait] of FAULTS) {
  const status = wait === null ? "failed" : "due";
  test(`Resend ${name}: the mail is ${status}, in the end out once or failed`, async (outbox) => {
    await outbox.owe(1);
    inject(stack.sandbox);
    await outbox.send();
    const [mail] = await outbox.mails();
    assertEquals(mail!.status, status);
    assertMatch(mail!.reason ?? "", reason);
    assert(mail!.error);
    if (wait) assert(mail!.wait > wait[0] && mail!.wait < wait[1], `${mail!.wait} s`);

    await outbox.send();
    assertEquals((await outbox.mails())[0]!.attempts, 1, "it waits");
    await outbox.letTimePass();
    await outbox.send();
    const [end] = await outbox.mails();
    assertEquals(end!.status, status === "due" ? "sent" : "failed");
    assertEquals(outbox.accepted(end!), status === "due" ? ONCE : NEVER);
  });
}

test("nobody listens: the mail stays due", async (outbox) => {
  await outbox.owe(1);
  await outbox.send({ resendBaseUrl: "http://127.0.0.1:1" });
  const [mail] = await outbox.mails();
  assertEquals(mail!.status, "due");

  await outbox.letTimePass();
  await outbox.send();
  assertEquals(outbox.accepted(mail!), ONCE);
});

test("an answer that is too slow is not waited for, and the mail is out once", async (outbox) => {
  await outbox.owe(1);
  const { release } = stack.sandbox.holdNextResponse();
  await outbox.send({ timeout: 100 });
  release();
  const [mail] = await outbox.mails();
  assertEquals(mail!.status, "due");
  assertMatch(mail!.error!, /no answer/);

  await outbox.letTimePass();
  await outbox.send();
  assertEquals((await outbox.mails())[0]!.status, "sent");
  assertEquals(outbox.accepted(mail!), ONCE);
});

test("killed before or after any step: the next sender completes it, once", async (outbox) => {
  await outbox.owe(1);
  const healthy = await withFaults(outbox, () => null);
  assertEquals(healthy, 5, "claim, start, send, finish, and a claim that finds nothing");

  for (let step = 1; step <= healthy; step++) {
    for (const moment of ["before", "after"] as const) {
      const again = await openOutbox(stack);
      await again.owe(1);
      await withFaults(again, (count) => count < step ? null : count === step ? moment : "before");
      await again.letTimePass();
      await again.send();
      const [mail] = await again.mails();
      assertEquals(mail!.status, "sent", `killed ${moment} step ${step}`);
      assertEquals(again.accepted(mail!), ONCE, `killed ${moment} step ${step}`);
    }
  }
});

test("a claim that ends under a slow sender does not double the mail", async (outbox) => {
  await outbox.owe(1);
  const { arrived, release } = stack.sandbox.holdNextResponse();
  const slow = outbox.send();
  await arrived;
  await outbox.letTimePass();
  await outbox.send();
  release();
  await slow;
  const [mail] = await outbox.mails();
  assertEquals(mail!.status, "sent");
  assertEquals(mail!.attempts, 2);
  assertEquals(outbox.accepted(mail!), ONCE);
});

test("three senders, many faults: every mail is out once, or says why not", async (outbox) => {
  const [cancelled, rejected] = [[2, 4, 6, 8, 10], [19, 20]];
  const placeOf = (text: unknown) => Number(/company-(\d+)/.exec(String(text))?.[1]);
  const random = randomNumbers(20261122);
  const weather = (_count: number, url: string, body: unknown): Fault => {
    const roll = random();
    if (!url.includes("/resend/")) return roll < 0.04 ? "before" : roll < 0.08 ? "after" : null;
    if (rejected.includes(placeOf(body))) return { status: 422 };
    if (roll < 0.2) return roll < 0.1 ? "before" : "after";
    return roll < 0.5 ? { status: [500, 429, 409][Math.floor(roll * 10) - 2]! } : null;
  };
  await outbox.owe(20);
  let mails: MailRow[] = [];
  for (let round = 1; round <= 100; round++) {
    await Promise.all([1, 2, 3].map(() => withFaults(outbox, weather)));
    if (round === 2) await outbox.cancel(...cancelled);
    await outbox.letTimePass();
    mails = await outbox.mails();
    if (round > 2 && mails.every(({ status }) => status !== "due")) break;
  }

  assertEquals(mails.length, 25);
  for (const mail of mails) {
    const what = `${mail.kind} to ${mail.to_address} is ${mail.status}: ${mail.reason}`;
    const { byKey, byContent } = outbox.accepted(mail);
    assertEquals(byKey, byContent, what);
    const place = placeOf(mail.to_address);
    if (rejected.includes(place)) assertEquals([mail.status, byKey], ["failed", 0], what);
    else if (
      mail.kind === "confirmation" && cancelled.includes(place) && mail.status === "dropped"
    ) {
      // It may be out after all: then the row has to say that it may.
      assert(byKey === 0 ? mail.reason : /may have/.test(mail.reason!), what);
    } else assertEquals([mail.status, byKey], ["sent", 1], what);
  }
});

const realFetch = globalThis.fetch;
let passes = 0;

/** A call that never arrives, one whose answer never does, and one that is refused. */
type Fault = "before" | "after" | { status: number } | null;

/**
 * One pass of a sender whose calls, to the database and to Resend, meet faults.
 * @param faultOf by the number of the call, from 1, its address and its body
 * @returns how many calls were made
 */
async function withFaults(
  outbox: Outbox,
  faultOf: (count: number, url: string, body: unknown) => Fault,
): Promise<number> {
  let count = 0;
  const faulty: typeof globalThis.fetch = async (input, init) => {
    const fault = faultOf(++count, String(input), init?.body);
    if (fault === "before") throw new TypeError("killed");
    if (fault !== null && fault !== "after") {
      const { status } = fault;
      const name = status === 409 ? "concurrent_idempotent_requests" : "storm";
      return Response.json({ statusCode: status, name, message: "Storm" }, { status });
    }
    const answer = await realFetch(input, init);
    if (fault === null) return answer;
    await answer.body?.cancel();
    throw new TypeError("killed");
  };
  // The SDK of Resend knows no other fetch than the global one.
  globalThis.fetch = faulty;
  passes++;
  try {
    await outbox.send({ fetch: faulty });
  } catch (error) {
    // A sender that cannot reach the database gives up; what it had claimed is due again.
    assertMatch(String(error), /The database answered/);
  } finally {
    if (--passes === 0) globalThis.fetch = realFetch;
  }
  return count;
}

/** The same numbers from 0 to 1 in every run (Park and Miller). */
function randomNumbers(seed: number): () => number {
  const limit = 2 ** 31 - 1;
  return () => (seed = (seed * 48_271) % limit) / limit;
}
