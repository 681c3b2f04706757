import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { isPhoneNumber, toLine, toLines, toMailAddress, toWebUrl } from "./sanitize.ts";

Deno.test("a value becomes one line", () => {
  assertEquals(toLine(" a\r\nBcc: b@c.example\t\u2028d\u0000 "), "a Bcc: b@c.example d");
  assertEquals(toLine("a\u00a0b\u3000c\u2003\u2800d"), "a b c d");
});

Deno.test("what cannot be seen is not there", () => {
  assertEquals(toLine("abc\u202egpj.exe"), "abcgpj.exe");
  for (
    const invisible
      of "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2064\ufeff\u034f\u061c\u00ad\u115f" +
        "\u3164\uffa0\u180e\u202a\u202e\u2066\u2069\ufe0f\ufff9\u{e0001}\u{e0041}\u{e007f}\u{e01ef}"
  ) {
    assertEquals(toLine(`pay${invisible}pal`), "paypal", invisible.codePointAt(0)!.toString(16));
  }
});

Deno.test("a joiner stays where a script or an emoji is made of it", () => {
  for (
    const text of ["می\u200cخواهم", "क्\u200dष", "👩\u200d💻", "🏳\ufe0f\u200d🌈", "葛\u{e0100}城"]
  ) {
    assertEquals(toLine(text), text);
  }
  assertEquals(toLine("می\u200c\u200cخواهم \u200cx 👩\u200d"), "میخواهم x 👩");
});

Deno.test("no letter carries more marks than a script needs, over the lines above it", () => {
  assertEquals(toLine(`Z${"\u0310".repeat(40)}oe`), `Z${"\u0310".repeat(4)}oe`);
  for (const text of ["Nguye\u0302\u0303n", "\u05d1\u05bc\u05b0\u05e8", "\u0e01\u0e34\u0e4b"]) {
    assertEquals(toLine(text), text);
  }
});

Deno.test("nothing readable is nothing", () => {
  for (const value of [null, undefined, 7, {}, "", " \r\n\u200e"]) {
    assertEquals(toLine(value), null);
  }
});

Deno.test("a long value is cut between characters", () => {
  assertEquals(toLine("😀".repeat(5), 3), "😀😀…");
  assertEquals(toLine("😀".repeat(3), 3), "😀😀😀");
});

Deno.test("only web addresses become links", () => {
  assertEquals(toWebUrl("https://a.example/x?y=1&z=2"), "https://a.example/x?y=1&z=2");
  assertEquals(toWebUrl("HTTP://A.example"), "http://a.example/");
  assertEquals(toWebUrl('https://a.example/"><script>'), "https://a.example/%22%3E%3Cscript%3E");
  for (
    const value of [
      "javascript:alert(1)",
      "data:text/html,x",
      "//a.example",
      "integrations:daily",
      "https://",
      "mailto:a@b.example",
      "see https://a.example",
      null,
    ]
  ) {
    assertEquals(toWebUrl(value), null, String(value));
  }
});

Deno.test("only mail addresses become a Reply-To", () => {
  assertEquals(toMailAddress("mara+x@brightloom.example"), "mara+x@brightloom.example");
  for (
    const value of ["Email-less", "", "a@b.example, c@d.example", "a@b\r\nBcc: c@d", "<a@b>", null]
  ) {
    assertEquals(toMailAddress(value), null, String(value));
  }
});

Deno.test("a telephone number is told from an address", () => {
  for (const value of ["+15550142077", "030 1234-5678", "+44 (0)20 7946 0018"]) {
    assert(isPhoneNumber(value), value);
  }
  for (const value of ["Hafenstraße 12, 20457 Hamburg", "12", "Room 1234", "", "- - - - -"]) {
    assert(!isPhoneNumber(value), value);
  }
});

Deno.test("lines stay lines, without what cannot be printed", () => {
  assertEquals(toLines(" a\r\n\r\nb\u2028c\u202e\u0000d "), ["a", "", "b", "c d"]);
  for (const value of [null, 7, "", " \r\n \u200e "]) assertEquals(toLines(value), null);
});

Deno.test("many lines are cut as a whole", () => {
  assertEquals(toLines("😀😀\n😀😀", 4), ["😀😀", "😀…"]);
  assertEquals(toLines("😀😀\n😀", 4), ["😀😀", "😀"]);
});
