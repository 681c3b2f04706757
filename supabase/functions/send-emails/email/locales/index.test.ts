import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
} from "npm:deno-std@1.4.0/assert/mod.js";
import { en } from "./en.ts";
import { LANGUAGES, resolveLocale } from "./index.ts";

Deno.test("every language file is in the index, under its own tag", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(new URL(".", import.meta.url))) {
    if (!/^(index|types)\b|\.test\.ts$/.test(name)) files.push(name);
  }
  assertEquals(LANGUAGES.map(({ tag }) => `${tag}.ts`).sort(), files.sort());
});

Deno.test("the attendee's language is chosen, with the region for the dates", () => {
  const choose = (tag: string | null) => {
    const { copy, locale } = resolveLocale(tag);
    return `${copy.tag} ${locale}`;
  };
  assertEquals(choose("de"), "de de");
  assertEquals(choose("pt-BR"), "pt pt-BR");
  assertEquals(choose("DE_at"), "de de-AT");
  assertEquals(choose("en-GB"), "en en-GB");
  // Not another calendar, other digits, or "0:30 PM": somebody else may have chosen them.
  for (const odd of ["de-u-ca-islamic-nu-thai", "de-u-hc-h11", "de-t-it-latn", "de-x-evil"]) {
    assertEquals(choose(odd), "de de", odd);
  }
  for (const odd of [null, "", "ja", "zh-CN", "nb", "xx", "not a locale", "d"]) {
    assertEquals(choose(odd), "en en", String(odd));
  }
});

Deno.test("every text of every language says something, in its own words", () => {
  const texts = (value: unknown): string[] => {
    if (typeof value === "function") return [value("Ada"), ...texts(value("Ada"))];
    if (typeof value === "object") return Object.values(value ?? {}).flatMap(texts);
    return [String(value)];
  };
  for (const language of LANGUAGES) {
    const { tag: _, ...copy } = language;
    assert(texts(copy).every((text) => text.trim() === text && text.length > 1), language.tag);
    assertEquals(texts(copy).length, texts({ ...en, tag: undefined }).length - 1);
    assertMatch(language.kinds.confirmation.subject("Call <1>"), /Call <1>$/);
    assertMatch(language.hello("Ada"), /Ada/);
    assertNotMatch(language.hello(null), /null|undefined/);
    if (language !== en) {
      const same = texts(copy).filter((text) => texts(en).includes(text));
      assertEquals(same, [], `${language.tag} still has English words`);
    }
  }
});
