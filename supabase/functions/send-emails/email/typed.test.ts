import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { defang, defangTyped, toGreetingName, toTypedLine, toTypedLines } from "./typed.ts";

Deno.test("what would become a link has brackets around what makes it one", () => {
  for (
    const [typed, shown] of [
      ["https://evil.example/x?y=1", "https[:]//evil[.]example/x?y=1"],
      ["HTTP://EVIL.EXAMPLE", "HTTP[:]//EVIL[.]EXAMPLE"],
      ["ftp://evil", "ftp[:]//evil"],
      ["any-app://open", "any-app[:]//open"],
      ["http:evil.example", "http[:]evil[.]example"],
      ["https:\\\\evil.example", "https[:]\\[\\]evil[.]example"],
      ["www.evil.example", "www[.]evil[.]example"],
      ["www.1evil", "www[.]1evil"],
      ["evil.example/path", "evil[.]example/path"],
      ["(evil.example)", "(evil[.]example)"],
      ["b\u00fccher.example", "b\u00fccher[.]example"],
      ["xn--bcher-kva.example", "xn--bcher-kva[.]example"],
      ["пример.рф", "пример[.]рф"],
      ["☃.net", "☃[.]net"],
      ["evil。com", "evil[。]com"],
      ["ｅｖｉｌ．ｃｏｍ", "ｅｖｉｌ[．]ｃｏｍ"],
      ["пример。рф", "пример[。]рф"],
      ["evil\u2024com", "evil[\u2024]com"],
      ["例子\ufe52中国", "例子[\ufe52]中国"],
      ["a@evil.example", "a[@]evil[.]example"],
      ["mailto:a@evil", "mailto[:]a[@]evil"],
      ["tel:+1555", "tel[:]+1555"],
      ["tg:resolve?domain=x", "tg[:]resolve?domain=x"],
      ["ms-word:ofe|u|x", "ms-word[:]ofe|u|x"],
      ["search-ms:query=x", "search-ms[:]query=x"],
      ["192.0.2.1/x", "192[.]0[.]2[.]1/x"],
      ["\\\\server\\share", "\\[\\]server\\share"],
    ] as const
  ) {
    assertEquals(defang(typed), shown);
  }
});

Deno.test("ordinary text stays as it is", () => {
  for (
    const text of [
      "Mr. J. R. Smith, 3.5 hours at 10:30, on 01.12.2026",
      "Wait... and then? z.B. morgen!",
      "Note: bring 2 @ home, +1 (555) 014-2077",
      "你好。世界",
      "你好。Hello",
      "これは重要です．しかし高い。",
      "Kolleg:innen, atoms:protons, ms:10",
      "evil[.]example",
    ]
  ) {
    assertEquals(defang(text), text);
  }
});

Deno.test("a number that would become a call is in groups that make none", () => {
  for (
    const [typed, shown] of [
      ["call +1 900 555 0142 now", "call +1·900·555·0142 now"],
      ["+19005550142", "+1900·5550·142"],
      ["(900) 555-0142", "900·555·0142"],
      ["(0900 555 0142)", "(0900·555·0142)"],
      ["1-900-555-0142", "1·900·555·0142"],
      ["+1.212.555.0142", "+1·212·555·0142"],
      ["0900/123 456", "0900·123·456"],
      ["555\u20110142", "555·0142"],
      ["０９０-１２３４-５６７８", "０９０·１２３４·５６７８"],
      ["電話09012345678番", "電話0901·2345·678番"],
      ["2037-12-01 0900 123456", "2037-12-01 0900·1234·56"],
      ["tel:+19005550142", "tel[:]+1900·5550·142"],
    ] as const
  ) {
    assertEquals(defangTyped(typed), shown);
  }
  for (
    const text of [
      "Mr. J. R. Smith, 3.5 hours at 10:30, on 01.12.2026",
      "2037-12-01 10:30, 1/12/2037 10 to 12, 10.30-11.30",
      "30 min, 2 × 45, room 1204, 10115 Berlin",
      "kq7Vt2LmZp12345678",
    ]
  ) {
    assertEquals(defangTyped(text), text);
  }
});

Deno.test("what hides a link is taken away before it is looked for", () => {
  assertEquals(toTypedLine("ev\u200bil\u2060.\u00adexa\u{e0061}mple"), "evil[.]example");
  assertEquals(toTypedLine("evil.\nexample"), "evil. example");
  assertEquals(toTypedLines("see\nevil.\u200dexample"), ["see", "evil[.]example"]);
});

Deno.test("a name is greeted", () => {
  for (
    const name of [
      "Ada Byron",
      "Dr. Anne-Marie O’Neil Jr.",
      "Maria del Carmen García López",
      "נועה לוי",
      "می\u200cخواهم",
      "山田 太郎",
      "John Smith 3rd",
      "Ann 🌈",
    ]
  ) {
    assertEquals(toGreetingName(name), name);
  }
});

Deno.test("what is no name is not", () => {
  for (
    const text of [
      "URGENT: verify at http://evil.example/login",
      "evil.example",
      "a@evil.example",
      "You have won a prize, collect it today",
      "Your account is locked!",
      "Call 0800 123456",
      "Call 09 00 12 34",
      "x".repeat(61),
      "$500 for you",
      "<b>Ada</b>",
      "...",
      " ",
      null,
      7,
    ]
  ) {
    assertEquals(toGreetingName(text), null, String(text));
  }
});
