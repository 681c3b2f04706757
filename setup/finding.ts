/** What a look finds. */

/** `skipped`: nothing is known, for want of a key or a right, or because of what a former step found. */
export type State = "ok" | "warning" | "wrong" | "skipped";

/** What a step found, without having changed anything. */
export interface Finding {
  state: State;
  /** One sentence: what is there. */
  found: string;
  /** What a person has to do, because connect cannot. */
  todo?: string[] | undefined;
  /** What connect would do about it, each line beginning with a verb. None: there is nothing to do. */
  plan?: string[] | undefined;
  /** Whether that begins with a question, so that nobody has to agree to it first. */
  isQuestion?: boolean;
  /** What it consists of, where that is of interest on its own. */
  parts?: Part[] | undefined;
}

/** One of several things that a step looks at. */
export interface Part {
  name: string;
  state: State;
  found: string;
  todo?: string[] | undefined;
}

/** The worst of several states. */
export function worstOf(states: readonly State[]): State {
  return (["wrong", "warning", "skipped"] as const).find((state) => states.includes(state)) ?? "ok";
}
