/** Runs the looks of the steps, and makes a finding of whatever stops one. */
import { isClosedToReaders } from "./apis/supabase.ts";
import type { Context } from "./context.ts";
import { SetupError } from "./error.ts";
import type { Finding } from "./finding.ts";
import type { Step } from "./step.ts";
import { project } from "./steps/project.ts";

/** Looks at one step after the other, and remembers why an earlier one could not see anything. */
export class Looker {
  /** What stopped a look, and the title of the step that said so first. */
  readonly #told = new Map<string, string>();
  #isProjectDown = false;

  constructor(readonly context: Context) {}

  /** What a step finds. Never throws what a person can put right. */
  async look(step: Step): Promise<Finding> {
    const missing = step.needs.filter((name) => this.context.settings[name] === undefined);
    if (missing.length > 0) {
      return { state: "skipped", found: `not looked at without ${missing.join(" and ")}` };
    }
    if (this.#isProjectDown && step.needs.includes("SUPABASE_ACCESS_TOKEN")) {
      return { state: "skipped", found: `not looked at: see ${project.title}` };
    }
    const finding = await this.#find(step);
    if (step === project && finding.state === "wrong") this.#isProjectDown = true;
    return finding;
  }

  async #find(step: Step): Promise<Finding> {
    try {
      return await step.look(this.context);
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      // For doctor a token that can only read is enough.
      if (this.context.isReadOnly && isClosedToReaders(error)) {
        return {
          state: "skipped",
          found: "not looked at with a token that can only read: it needs the permission " +
            "database_write",
        };
      }
      const told = this.#told.get(error.message);
      if (told !== undefined && told !== step.title) {
        return { state: "skipped", found: `not known: see ${told}` };
      }
      this.#told.set(error.message, step.title);
      return { state: "wrong", found: error.message };
    }
  }
}
