import type { Step } from "../step.ts";

/** The key of Cal.com is alive. */
export const calcomKey: Step = {
  name: "calcom_key",
  title: "Cal.com key",
  isRequired: true,
  needs: ["CALCOM_API_KEY"],
  async look({ calcom, once }) {
    const { email, scope } = await once("account", () => calcom.readAccount());
    return { state: "ok", found: `alive, of ${email}, for ${scope.name}` };
  },
};
