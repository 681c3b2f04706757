import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { startSchedule } from "./schedule.ts";

/** Gives these answers to `handle_pending_event()` one after the other, and then null. */
function startWith(answers: unknown[]) {
  const lines: string[] = [];
  const sent = Promise.withResolvers<void>();
  const stop = startSchedule({
    database: {
      sql: <T>() => {
        const answer = answers.shift() ?? null;
        return answer instanceof Error
          ? Promise.reject(answer)
          : Promise.resolve([{ answer } as T]);
      },
    },
    sendEmails: () => Promise.resolve(sent.resolve()),
    log: (line) => lines.push(line),
    every: 1,
  });
  return { lines, sent: sent.promise, stop };
}

Deno.test("the schedule decides one event after the other until none is left, and has mails sent", async () => {
  const answers = [
    { outcome: "ignored", trigger: "PING", reason: "The test from Cal.com arrived." },
    { outcome: "failed", trigger: null, reason: "No trigger" },
  ];
  const { lines, sent, stop } = startWith(answers);
  await sent;
  await stop();

  assertEquals(lines, [
    "schedule  ignored  PING  The test from Cal.com arrived.",
    "schedule  failed  No trigger",
  ]);
});

Deno.test("the schedule says once that the database refuses, and goes on", async () => {
  const refusal = new Error("no such function");
  const { lines, stop } = startWith([refusal, refusal, { outcome: "applied", trigger: "PING" }]);
  while (lines.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  await stop();

  assertEquals(lines, [
    "schedule  cannot decide the events left undecided: no such function",
    "schedule  applied  PING",
  ]);
});
