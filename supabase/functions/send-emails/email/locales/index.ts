import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { it } from "./it.ts";
import { nl } from "./nl.ts";
import { pt } from "./pt.ts";
import { sv } from "./sv.ts";
import type { Copy } from "./types.ts";

/** Every language a mail can be in; the first is for everybody else. */
export const LANGUAGES: readonly [Copy, ...Copy[]] = [en, de, fr, es, pt, it, nl, sv];

/** The texts of a mail, and the locale in which its dates are written. */
export interface ResolvedLocale {
  copy: Copy;
  /** BCP 47, with the attendee's region: "en-GB" writes other dates than "en-US". */
  locale: string;
}

/**
 * The attendee's language when there are texts in it, else English for texts and dates alike.
 *
 * @param tag what Cal.com says, of any form: "de", "pt-BR", "de_AT", nonsense
 */
export function resolveLocale(tag: string | null): ResolvedLocale {
  const locale = parseLocale(tag);
  const copy = LANGUAGES.find((language) => language.tag === locale?.language);
  return locale === null || copy === undefined
    ? { copy: LANGUAGES[0], locale: LANGUAGES[0].tag }
    : { copy, locale: locale.baseName };
}

function parseLocale(tag: string | null): Intl.Locale | null {
  try {
    return tag === null ? null : new Intl.Locale(tag.replaceAll("_", "-"));
  } catch {
    return null;
  }
}
