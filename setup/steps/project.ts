import type { Step } from "../step.ts";

/** The Supabase project is there and alive. */
export const project: Step = {
  name: "project",
  title: "Supabase project",
  isRequired: true,
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look({ supabase, settings, once }) {
    const { name, region, status } = await once("project", () => supabase.readProject());
    const dashboard = `https://supabase.com/dashboard/project/${settings.SUPABASE_PROJECT_REF}`;
    const found = `"${name}" in ${region}`;
    if (status === "ACTIVE_HEALTHY") return { state: "ok", found: `${found}, healthy` };
    if (["INACTIVE", "PAUSING", "PAUSED"].includes(status)) {
      return {
        state: "wrong",
        found: `${found} is paused: nothing is received, and Cal.com's events are lost meanwhile`,
        todo: [
          `Restore it at ${dashboard}, which takes minutes, and run this again`,
          "Then bring back what was lost: deno task reconcile",
        ],
      };
    }
    if (status === "ACTIVE_UNHEALTHY") {
      return {
        state: "warning",
        found: `${found} is up and unwell`,
        todo: [`Look at ${dashboard}: Supabase says which part of it is in trouble`],
      };
    }
    return {
      state: "wrong",
      found: `${found} is not up (${status})`,
      todo: [`Wait until ${dashboard} says that it is healthy, and run this again`],
    };
  },
};
