/** The address of somebody whom a person names; an empty one says: nobody. */
import type { Context } from "./context.ts";
import type { Finding } from "./finding.ts";
import { isAddress } from "./settings.ts";
import { SetupError } from "./error.ts";

/** What is said about it. */
export interface AddressOptions {
  setting: "ALERT_ADDRESS" | "BOARD_OPERATOR";
  question: string;
  /** What connect would do: ask for it, or do something with the one that is given. */
  ask: string;
  use: (address: string) => string;
  /** How else it can be named. */
  todo: string;
}

/** How a step asks for an address. */
export interface NamedAddress {
  /** What connect would do about it; nothing where nobody can be asked, or nobody is wanted. */
  plan(context: Context): string[] | undefined;
  /** The finding where there is nobody yet. */
  describeNobody(context: Context, found: string): Finding;
  /**
   * Asks for it, once in a run.
   * @throws {SetupError} when it is none
   */
  ask(context: Context): string;
}

/** Builds what a step needs to be told of somebody. */
export function namedAddress(
  { setting, question, ask, use, todo }: AddressOptions,
): NamedAddress {
  const plan = ({ settings, talk }: Context) => {
    const address = settings[setting];
    if (address) return [use(address)];
    return address === undefined && talk.canAsk ? [ask] : undefined;
  };
  return {
    plan,
    describeNobody: (context, found) => {
      // Who was asked and wants nobody has said so with an empty one.
      const isWish = context.settings[setting] === "";
      const planned = plan(context);
      return {
        state: isWish ? "ok" : "warning",
        found,
        todo: planned || isWish ? undefined : [todo],
        plan: planned,
        isQuestion: context.settings[setting] === undefined,
      };
    },
    ask: ({ settings, talk }) => {
      const asked = settings[setting] ?? talk.ask(`  ${question} (empty: nobody)`, setting);
      if (asked !== "" && !isAddress(asked)) {
        throw new SetupError(`${setting} takes a mail address, and "${asked}" is none.`);
      }
      return settings[setting] = asked;
    },
  };
}
