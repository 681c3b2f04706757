import { z } from "npm:zod@4.6.7";
import { ApiError } from "../apis/http.ts";
import { isMigrated } from "../project.ts";
import { type Part, worstOf } from "../finding.ts";
import type { Step } from "../step.ts";

const CHECKS = z.array(z.object({
  check: z.string(),
  ok: z.boolean(),
  since: z.string().nullable(),
  detail: z.string(),
  what_to_do: z.string().nullable(),
}));

/** What the database itself says: events, mails, the schedule's runs, silence. */
export const health: Step = {
  name: "health",
  title: "Health",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const outdated = { state: "wrong", found: "the migrations are not up to date" } as const;
    if (!await isMigrated(context)) return outdated;
    try {
      const [row] = await context.supabase.select(
        z.object({ health: CHECKS }),
        "select public.health() as health",
      );
      const parts = row!.health.map(({ check, ok, since, detail, what_to_do }): Part => ({
        name: check,
        state: ok ? "ok" : "wrong",
        found: since === null || ok ? detail : `${detail} (since ${since})`,
        todo: ok || what_to_do === null ? undefined : [what_to_do],
      }));
      const wrong = parts.filter(({ state }) => state === "wrong").length;
      return {
        state: worstOf(parts.map(({ state }) => state)),
        found: wrong === 0
          ? `all ${parts.length} checks of the database are well`
          : `${wrong} of ${parts.length} checks of the database are not`,
        parts,
      };
    } catch (error) {
      const isUnknown = error instanceof ApiError &&
        /health\(\) does not exist/.test(error.message);
      if (isUnknown) return outdated;
      throw error;
    }
  },
};
