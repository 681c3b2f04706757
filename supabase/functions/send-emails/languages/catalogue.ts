import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { it } from "./it.ts";
import type { Language } from "./language.ts";
import { nl } from "./nl.ts";
import { pt } from "./pt.ts";
import { sv } from "./sv.ts";

/** Every language a mail can be in; the first is for everybody else. */
export const LANGUAGES: readonly [Language, ...Language[]] = [
  en,
  de,
  fr,
  es,
  pt,
  it,
  nl,
  sv,
];

/** The words of a mail, and the locale in which its dates are written. */
export interface Speech {
  words: Language;
  /** BCP 47, with the attendee's region: "en-GB" writes other dates than "en-US". */
  locale: string;
}

/**
 * The attendee's language when there are words in it, else English for words and dates alike.
 * @param tag what Cal.com says, of any form: "de", "pt-BR", "de_AT", nonsense
 */
export function chooseSpeech(tag: string | null): Speech {
  const locale = readLocale(tag);
  const words = LANGUAGES.find((language) => language.tag === locale?.language);
  return locale === null || words === undefined
    ? { words: LANGUAGES[0], locale: LANGUAGES[0].tag }
    : { words, locale: locale.toString() };
}

function readLocale(tag: string | null): Intl.Locale | null {
  try {
    return tag === null ? null : new Intl.Locale(tag.replaceAll("_", "-"));
  } catch {
    return null;
  }
}
