import { ApiError } from "../apis/http.ts";
import { isKeyDead } from "../apis/resend.ts";
import type { Context } from "../context.ts";
import type { Step } from "../step.ts";

/** What the key may do, asked once in a run. */
export async function readRights({ resend, once }: Context): Promise<"full" | "sending"> {
  return await once("resend key", () => resend.probeKey());
}

/** What a person has to do where {@linkcode isFull} says no and something has to be made. */
export const GIVE_FULL_KEY = "Set RESEND_API_KEY to a key with full access and run connect";

/** Whether there is a key that may do everything. */
export async function isFull(context: Context): Promise<boolean> {
  return context.settings.RESEND_API_KEY !== undefined && await readRights(context) === "full";
}

/** The key of Resend is alive and may do what is asked of it. */
export const resendKey: Step = {
  name: "resend_key",
  title: "Resend key",
  isRequired: true,
  // What is set up already goes on without one.
  needs: [],
  async look(context) {
    const { settings, isReadOnly } = context;
    const isGiven = settings.RESEND_API_KEY !== undefined;
    try {
      if (await isFull(context)) return { state: "ok", found: "alive, full access" };
    } catch (error) {
      const isDead = error instanceof ApiError &&
        (isKeyDead(error.failure) || error.failure.status === 403);
      if (!isDead || isReadOnly || !await isSetUp(context)) throw error;
      return {
        state: "wrong",
        found: error.message,
        todo: ["Or unset RESEND_API_KEY: Resend is set up already, and a new version needs none"],
      };
    }
    const found = isGiven
      ? "alive; it can send and nothing else"
      : "not looked at without RESEND_API_KEY";
    // For looking that is enough; what it cannot see the next steps leave open.
    if (isReadOnly) return { state: isGiven ? "ok" : "skipped", found };
    if (await isSetUp(context)) {
      return { state: "skipped", found: `${found}; Resend is set up already, and stays as it is` };
    }
    return {
      state: "wrong",
      found: isGiven ? "alive, but it can send and nothing else" : "RESEND_API_KEY is not set",
      todo: [
        "Make one with full access at https://resend.com/api-keys, for as long as the set-up runs, " +
        "and set RESEND_API_KEY; the functions get one of their own that can only send",
      ],
    };
  },
};

/** Whether the functions have what a key with full access made for them: it comes last of that. */
async function isSetUp({ supabase, once }: Context): Promise<boolean> {
  const digests = await once("digests", () => supabase.readSecrets());
  return ["RESEND_API_KEY", "RESEND_WEBHOOK_SECRET"].every((name) => digests.has(name));
}
