/** What a step of the set-up is: one that only looks, and one that mends what it found. */
import type { Context, NeededKey } from "./context.ts";
import type { Finding } from "./finding.ts";

/** One idea of the set-up. Both functions can be called at any time and in any state. */
export interface Step {
  /** One word, for `--json`. */
  name: string;
  /** As a person would call it. */
  title: string;
  /** Whether nothing after it makes sense while it is wrong. */
  isRequired?: boolean;
  /** The keys that it cannot do without. */
  needs: readonly NeededKey[];
  /** Reads and never writes. What a former step has not made yet is a finding, not an error. */
  look(context: Context): Promise<Finding>;
  /** Does what `plan` says and nothing else; what is right already stays as it is. */
  mend?(context: Context): Promise<void>;
}
