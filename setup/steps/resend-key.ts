import type { Context } from "../context.ts";
import type { Step } from "../step.ts";

/** What the key may do, asked once in a run. */
export async function readRights({ resend, once }: Context): Promise<"full" | "sending"> {
  return await once("resend key", () => resend.probeKey());
}

/** The key of Resend is alive and may do what is asked of it. */
export const resendKey: Step = {
  name: "resend_key",
  title: "Resend key",
  isRequired: true,
  needs: ["RESEND_API_KEY"],
  async look(context) {
    if (await readRights(context) === "full") return { state: "ok", found: "alive, full access" };
    // For looking that is enough; what it cannot see the next steps leave open.
    if (context.isReadOnly) return { state: "ok", found: "alive; it can send and nothing else" };
    return {
      state: "wrong",
      found: "alive, but it can send and nothing else",
      todo: [
        "Make one with full access at https://resend.com/api-keys, for as long as the set-up runs, " +
        "and set RESEND_API_KEY; the functions get one of their own that can only send",
      ],
    };
  },
};
