/** More words narrow nothing down any more. */
const MOST_WORDS = 8;

/** The words that somebody searches, without the signs that end a filter of PostgREST, or stand for anything in it. */
export function listWords(search: string): string[] {
  return search.replace(/[\\%_*"(){},]/g, " ").split(" ").filter(Boolean).slice(0, MOST_WORDS);
}
