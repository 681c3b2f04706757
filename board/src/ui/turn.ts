/** Signs that turn the direction of all that follows them, the end of a sentence of ours included. */
const TURNS = /[\u202A-\u202E\u2066-\u2069]/g;

/** A sentence with a name in it, without what would turn it around. */
export function withoutTurns(sentence: string): string {
  return sentence.replace(TURNS, "");
}
