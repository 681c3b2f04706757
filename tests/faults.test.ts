import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import type { Refusal } from "../local/resend/types.ts";
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

/** What Resend does at the first attempt, the reason it leads to, and seconds of wait; null: failed. */
const FAULTS: Record<
  string,
  [fault: Refusal | "drop" | "corrupt", reason: RegExp, wait: [number, number] | null]
> = {
  "drops the answer": ["drop", /no answer/, [25, 40]],
  "fails after it took the mail": ["corrupt", /no answer/, [25, 40]],
  "fails before it takes the mail": [{ status: 500, name: "internal_server_error" }, /no answer/, [
    25,
    40,
  ]],
  "has too much to do": [{ status: 429, name: "rate_limit_exceeded" }, /Too many/, [25, 40]],
  "has too much to do for two minutes": [
    { status: 429, name: "rate_limit_exceeded", headers: { "retry-after": "120" } },
    /Too many/,
    [115, 151],
  ],
  "is over the day's quota": [{ status: 429, name: "daily_quota_exceeded" }, /quota/, [3590, 4510]],
  "is over the month's quota, and asks for a minute": [
    { status: 429, name: "monthly_quota_exceeded", headers: { "retry-after": "60" } },
    /quota/,
    [3590, 4510],
  ],
  "is still at it": [{ status: 409, name: "concurrent_idempotent_requests" }, /still at work/, [
    25,
    40,
  ]],
  "does not know the key": [{ status: 403, name: "invalid_api_key" }, /RESEND_API_KEY/, [
    3590,
    4510,
  ]],
  "has another text under the key": [
    { status: 409, name: "invalid_idempotent_request" },
    /another text/,
    null,
  ],
  "rejects the mail": [
    { status: 422, name: "validation_error", message: "Bad address" },
    /Bad address/,
    null,
  ],
  "rejects the sender": [
    { status: 403, name: "validation_error", message: "Not verified" },
    /domain is not verified.*Not verified/,
    null,
  ],
};

for (const [name, [fault, reason, wait]] of Object.entries(FAULTS)) {
  const status = wait === null ? "failed" : "due";
  test(`Resend ${name}: the mail is ${status}, in the end out once or failed`, async (outbox) => {
    await outbox.owe(1);
    if (fault === "drop") stack.sandbox.dropNextResponse();
    else if (fault === "corrupt") {
      stack.sandbox.corruptNextResponse({ status: 500, name: "internal_server_error" });
    } else stack.sandbox.refuseNext(fault);
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
  const random = randomNumbers(20261122);
  const weather = (_count: number, url: string): Fault => {
    const roll = random();
    if (!url.includes("/resend/")) return roll < 0.04 ? "before" : roll < 0.08 ? "after" : null;
    if (roll < 0.1) return "before";
    if (roll < 0.2) return "after";
    if (roll < 0.5) return { status: [500, 429, 409][Math.floor(roll * 10) - 2]! };
    if (roll < 0.54) return { status: 422 };
    return null;
  };
  await outbox.owe(20);
  let mails: MailRow[] = [];
  for (let round = 1; round <= 100; round++) {
    await Promise.all([1, 2, 3].map(() => withFaults(outbox, weather)));
    if (round === 2) await outbox.cancel(2, 4, 6, 8, 10);
    await outbox.letTimePass();
    mails = await outbox.mails();
    if (round > 2 && mails.every(({ status }) => status !== "due")) break;
  }

  assertEquals(mails.length, 25);
  for (const mail of mails) {
    const what = `${mail.kind} to ${mail.to_address} is ${mail.status}: ${mail.reason}`;
    const { byKey, byContent } = outbox.accepted(mail);
    assertEquals(byKey, byContent, what);
    if (mail.status === "sent") assertEquals(byKey, 1, what);
    else {
      assert(["failed", "dropped"].includes(mail.status) && mail.reason, what);
      // It may be out after all: then the row has to say that it may.
      assert(byKey === 0 || (byKey === 1 && /may have|Storm/.test(mail.reason!)), what);
    }
  }
  const count = (status: string) => mails.filter((mail) => mail.status === status).length;
  assert(
    count("sent") > 15 && count("failed") > 0,
    "the storm was neither too mild nor too wild",
  );
});

const realFetch = globalThis.fetch;
let passes = 0;

/** A call that never arrives, one whose answer never does, and one that is refused. */
type Fault = "before" | "after" | { status: number } | null;

/**
 * One pass of a sender whose calls, to the database and to Resend, meet faults.
 * @param faultOf by the number of the call, from 1, and its address
 * @returns how many calls were made
 */
async function withFaults(
  outbox: Outbox,
  faultOf: (count: number, url: string) => Fault,
): Promise<number> {
  let count = 0;
  const faulty: typeof globalThis.fetch = async (input, init) => {
    const fault = faultOf(++count, String(input));
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

/** The same numbers in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
