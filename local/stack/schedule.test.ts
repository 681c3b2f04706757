import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { startSchedule } from "./schedule.ts";

/** Gives these answers to `handle_pending_event()` one after the other, and then null. */
function startWith(answers: unknown[], { checkEvery = 600_000 } = {}) {
  const lines: string[] = [];
  const steps: string[] = [];
  const sent = Promise.withResolvers<void>();
  const stop = startSchedule({
    database: {
      sql: <T>(query: string) => {
        steps.push(query);
        if (query.includes("check_health")) return Promise.resolve([]);
        const answer = answers.shift() ?? null;
        return answer instanceof Error
          ? Promise.reject(answer)
          : Promise.resolve([{ answer } as T]);
      },
    },
    sendEmails: () => {
      steps.push("send");
      if (steps.filter((step) => step === "send").length === 3) sent.resolve();
      return Promise.resolve();
    },
    log: (line) => lines.push(line),
    every: 1,
    checkEvery,
  });
  /** Resolves after three rounds. */
  return { lines, steps, sent: sent.promise, stop };
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

Deno.test("the schedule looks how things are, before mails are sent, and not in every round", async () => {
  const { steps, sent, stop } = startWith([]);
  await sent;
  await stop();

  const shown = (steps: string[]) => steps.map((step) => /check_health|send/.exec(step)?.[0] ?? "");
  assertEquals(shown(steps).filter((step) => step !== "").slice(0, 4), [
    "check_health",
    "send",
    "send",
    "send",
  ]);

  const often = startWith([], { checkEvery: 0 });
  await often.sent;
  await often.stop();
  assertEquals(shown(often.steps).filter((step) => step !== "").slice(0, 4), [
    "check_health",
    "send",
    "check_health",
    "send",
  ]);
});
