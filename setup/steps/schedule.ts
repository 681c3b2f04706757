import { z } from "npm:zod@4.6.7";
import type { Context } from "../context.ts";
import { isMigrated, type Job, listJobs } from "../project.ts";
import type { Step } from "../step.ts";

/** pg_cron has the jobs of the migrations. */
export const schedule: Step = {
  name: "schedule",
  title: "Schedule",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const jobs = await listJobs();
    if (!await isMigrated(context)) return { state: "wrong", found: "comes with the migrations" };
    const missing = await findMissing(context, jobs);
    if (missing === null && isAtHome(context)) {
      return {
        state: "ok",
        found: "the local stack has its own, without pg_cron: it decides events and sends mails; " +
          "deno task reconcile asks for lost ones",
      };
    }
    if (missing === null) {
      return {
        state: "warning",
        found: "pg_cron is not there: nothing is picked up and no mail is sent again by itself",
        todo: ["Switch the extension pg_cron on (Database → Extensions), and run connect"],
      };
    }
    if (missing.length === 0) return { state: "ok", found: `${jobs.length} jobs are there` };
    return {
      state: "wrong",
      found: `${missing.map(({ name }) => name).join(", ")} missing`,
      plan: missing.map(({ name }) => `schedule ${name}`),
    };
  },
  async mend(context) {
    for (const { name, schedule, command } of await findMissing(context, await listJobs()) ?? []) {
      await context.supabase.change(
        z.object({ id: z.unknown() }),
        "select cron.schedule($1, $2, $3) as id",
        [name, schedule, command],
      );
    }
  },
};

/** Whether the project is a stack on this machine, which runs what pg_cron runs at Supabase. */
function isAtHome({ projectUrl }: Context): boolean {
  return new URL(projectUrl).hostname === "127.0.0.1";
}

/** Null where there is no pg_cron. */
async function findMissing({ supabase }: Context, jobs: Job[]): Promise<Job[] | null> {
  const [place] = await supabase.select(
    z.object({ jobs: z.string().nullable() }),
    "select to_regclass('cron.job')::text as jobs",
  );
  if (!place?.jobs) return null;
  const rows = await supabase.select(
    z.object({ jobname: z.string().nullable() }),
    "select j.jobname from cron.job as j where j.active",
  );
  return jobs.filter(({ name }) => rows.every(({ jobname }) => jobname !== name));
}
