import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { needsOutline, readableOn } from "./theme.ts";

Deno.test("a button can be read on every colour", () => {
  assertEquals(readableOn("#ffffff"), "#000000");
  assertEquals(readableOn("#ffd400"), "#000000");
  assertEquals(readableOn("#1f2937"), "#ffffff");
  assertEquals(readableOn("#0000ff"), "#ffffff");
});

Deno.test("a button that is as dark as the dark card has an outline", () => {
  for (const color of ["#1f2937", "#000000", "#21242b", "#00008b"]) {
    assert(needsOutline(color), color);
  }
  for (const color of ["#ffffff", "#ffd400", "#3b82f6", "#16a34a"]) {
    assert(!needsOutline(color), color);
  }
});
