/** So many wrong tries, and a code is void. */
const MAX_WRONG_TRIES = 5;
/** So many codes may be asked for, and so many tries made, for one address in {@linkcode SPAN}. */
const MAX_IN_SPAN = 30;
const SPAN = 5 * 60_000;

interface Tries {
  /** When codes were asked for, and when one was tried. */
  asked: number[];
  tried: number[];
  wrong: number;
}

/** How often somebody may ask for a code and try one, address by address. */
export interface CodeLimits {
  /** Whether another code may be sent; it is, then, and what was tried before is forgotten. */
  mayAsk(email: string): boolean;
  /** Whether a code may be tried: "void" when too many were wrong, "often" when it is too often. */
  mayTry(email: string): "yes" | "void" | "often";
  /** Notes that a code was wrong. */
  noteWrong(email: string): void;
}

/**
 * Nobody guesses a code: Supabase limits that by the address of the network, of which there is one
 * here.
 *
 * @param now the clock
 */
export function limitCodes(now: () => number = Date.now): CodeLimits {
  const people = new Map<string, Tries>();
  const find = (email: string) => {
    forgetOld();
    const key = email.trim().toLowerCase();
    const tries = people.get(key) ?? { asked: [], tried: [], wrong: 0 };
    people.set(key, tries);
    return tries;
  };
  return {
    mayAsk(email) {
      const tries = find(email);
      if (isOften(tries.asked)) return false;
      tries.wrong = 0;
      return true;
    },
    mayTry(email) {
      const tries = find(email);
      if (tries.wrong >= MAX_WRONG_TRIES) return "void";
      return isOften(tries.tried) ? "often" : "yes";
    },
    noteWrong: (email) => void find(email).wrong++,
  };

  function isOften(moments: number[]): boolean {
    const recent = moments.filter((moment) => moment > now() - SPAN);
    const often = recent.length >= MAX_IN_SPAN;
    moments.splice(0, moments.length, ...recent, ...(often ? [] : [now()]));
    return often;
  }

  /** Whoever invents addresses fills no memory. */
  function forgetOld(): void {
    if (people.size < 1000) return;
    for (const [key, { asked, tried }] of people) {
      const last = Math.max(asked.at(-1) ?? 0, tried.at(-1) ?? 0);
      if (last <= now() - SPAN) people.delete(key);
    }
  }
}
