import { ApiError } from "../apis/http.ts";
import type { Step } from "../step.ts";

/** Supabase's own advisors have nothing to say about the project's security. */
export const advisors: Step = {
  name: "advisors",
  title: "Advisors",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look({ supabase }) {
    try {
      const lints = (await supabase.readAdvisors()).filter(({ level }) => level !== "INFO");
      if (lints.length === 0) return { state: "ok", found: "nothing to say about security" };
      return {
        state: lints.some(({ level }) => level === "ERROR") ? "wrong" : "warning",
        found: `${lints.length} about security`,
        parts: lints.map(({ name, level, detail, remediation }) => ({
          name,
          state: level === "ERROR" ? "wrong" : "warning",
          found: detail,
          todo: [remediation],
        })),
      };
    } catch (error) {
      // They are experimental: whether they can be asked says nothing about the project.
      if (error instanceof ApiError) return { state: "skipped", found: error.message };
      throw error;
    }
  },
};
