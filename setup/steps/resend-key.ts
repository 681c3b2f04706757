import type { Context } from "../context.ts";
import type { Step } from "../step.ts";

/** What the key may do, asked once in a run. */
export async function readRights({ resend, once }: Context): Promise<"full" | "sending"> {
  return await once("resend key", () => resend.probeKey());
}

/** Whether there is a key that may do everything. */
export async function isFull(context: Context): Promise<boolean> {
  return context.settings.RESEND_API_KEY !== undefined && await readRights(context) === "full";
}

/** Whether Resend has no key of this name any more, as far as that can be seen. */
export async function isKeyGone(context: Context, name: string): Promise<boolean> {
  if (!await isFull(context)) return false;
  const keys = await context.once("resend keys", () => context.resend.readKeys());
  return keys.every((key) => key.name !== name);
}

/** A key that can send. One of that name that was never set is of no use: its token was shown once. */
export async function makeSendingKey({ resend }: Context, name: string): Promise<string> {
  for (const key of await resend.readKeys()) {
    if (key.name === name) await resend.deleteKey(key.id);
  }
  return await resend.createSendingKey(name);
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
