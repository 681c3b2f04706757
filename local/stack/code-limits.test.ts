import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { limitCodes } from "./code-limits.ts";

const ANN = "ann@team.example";

Deno.test("a code is void after five wrong tries, however the address is written", () => {
  const limits = limitCodes();
  limits.mayAsk(ANN);
  for (let i = 0; i < 5; i++) {
    assertEquals(limits.mayTry(ANN), "yes");
    limits.noteWrong(i % 2 ? ANN : ` ${ANN.toUpperCase()}`);
  }
  assertEquals(limits.mayTry(ANN), "void");
  assertEquals(limits.mayTry("bob@team.example"), "yes");
  assertEquals([limits.mayAsk(ANN), limits.mayTry(ANN)], [true, "yes"]);
});

Deno.test("codes are asked for, and tried, thirty times in five minutes", () => {
  let now = 0;
  const limits = limitCodes(() => now);
  for (let i = 0; i < 30; i++) {
    assertEquals([limits.mayAsk(ANN), limits.mayTry(ANN)], [true, "yes"]);
    limits.noteWrong(ANN);
  }
  assertEquals([limits.mayAsk(ANN), limits.mayTry(ANN)], [false, "often"]);
  now = 5 * 60_000 + 1;
  assertEquals([limits.mayAsk(ANN), limits.mayTry(ANN)], [true, "yes"]);
});
