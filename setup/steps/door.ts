import { explainDoor, knock, makePing } from "../door.ts";
import type { Step } from "../step.ts";

/** The door is there, and closed to strangers. */
export const door: Step = {
  name: "door",
  title: "The door",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    // Nothing of it is read and nothing is kept: it is refused for its missing signature.
    const { status } = await knock(context, makePing("unsigned"), null);
    if (status === 401) return { state: "ok", found: "answers, and refuses what is not signed" };
    if (status === 200) {
      return {
        state: "wrong",
        found: "takes what is not signed: it is not the function of this project",
      };
    }
    return { state: "wrong", found: explainDoor(status) };
  },
};
