/// <reference lib="dom" />
import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { toCsv } from "../board/src/ui/csv.ts";
import { readCsv } from "./support/downloads.ts";

const lineOf = (...cells: Parameters<typeof toCsv>[1][number]) =>
  toCsv(["a"], [cells]).split("\r\n")[1];

Deno.test("a file of the board begins with the mark of UTF-8, and each row ends a line", () => {
  assertEquals(
    toCsv(["Name", "Zahl"], [["Jón", 1], [null, undefined]]),
    "\uFEFFName,Zahl\r\nJón,1\r\n,\r\n",
  );
});

Deno.test("what would be a formula is text in it", () => {
  for (
    const begin of ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "  =", " @", "\r=", "\n+"]
  ) {
    const [[cell]] = readCsv(`${lineOf(`${begin}1+1`)}\r\n`) as [[string]];
    assertEquals(cell, `'${begin}1+1`, JSON.stringify(begin));
  }
  assertEquals(
    lineOf('=HYPERLINK("https://evil.example","x")'),
    `"'=HYPERLINK(""https://evil.example"",""x"")"`,
  );
});

Deno.test("numbers stay numbers in it, and harmless text stays as it is", () => {
  assertEquals(
    lineOf(-5, 0.25, "ann@example.com", "a - b = c", "3 days"),
    "-5,0.25,ann@example.com,a - b = c,3 days",
  );
});

Deno.test("commas, quotes and lines stay in their cell", () => {
  const cells = ["a,b", 'say "hi"', "two\r\nlines", "two\nlines", "tab\there", "semi;colon", ""];
  assertEquals(readCsv(`${toCsv(["x"], [cells]).split("\r\n").slice(1).join("\r\n")}`), [cells]);
});
