import assert from "node:assert/strict";
import { chooseSpeech, LANGUAGES } from "./catalogue.ts";
import { en } from "./en.ts";

Deno.test("every file of words is in the catalogue, under its own tag", async () => {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(new URL(".", import.meta.url))) {
    if (!/^(catalogue|language)\b|\.test\.ts$/.test(name)) files.push(name);
  }
  assert.deepEqual(LANGUAGES.map(({ tag }) => `${tag}.ts`).sort(), files.sort());
});

Deno.test("the attendee's language is chosen, with the region for the dates", () => {
  const choose = (tag: string | null) => {
    const { words, locale } = chooseSpeech(tag);
    return `${words.tag} ${locale}`;
  };
  assert.equal(choose("de"), "de de");
  assert.equal(choose("pt-BR"), "pt pt-BR");
  assert.equal(choose("DE_at"), "de de-AT");
  assert.equal(choose("en-GB"), "en en-GB");
  for (const odd of [null, "", "ja", "zh-CN", "nb", "xx", "not a locale", "d"]) {
    assert.equal(choose(odd), "en en", String(odd));
  }
});

Deno.test("every text of every language says something, in its own words", () => {
  const texts = (value: unknown): string[] => {
    if (typeof value === "function") return [value("Ada"), ...texts(value("Ada"))];
    if (typeof value === "object") return Object.values(value ?? {}).flatMap(texts);
    return [String(value)];
  };
  for (const language of LANGUAGES) {
    const { tag: _, ...words } = language;
    assert.ok(texts(words).every((text) => text.trim() === text && text.length > 1), language.tag);
    assert.equal(texts(words).length, texts({ ...en, tag: undefined }).length - 1);
    assert.match(language.kinds.confirmation.subject("Call <1>"), /Call <1>$/);
    assert.match(language.hello("Ada"), /Ada/);
    assert.doesNotMatch(language.hello(null), /null|undefined/);
    if (language !== en) {
      const same = texts(words).filter((text) => texts(en).includes(text));
      assert.deepEqual(same, [], `${language.tag} still has English words`);
    }
  }
});
