import type { ResendWebhook } from "../apis/resend.ts";
import type { Context } from "../context.ts";
import { leadsTo, REPORTS_PATH } from "../project.ts";
import type { Step } from "../step.ts";
import { readRights } from "./resend-key.ts";

/** What becomes of a mail; opened and clicked would tell more about people than a team needs. */
export const REPORTS: readonly string[] = [
  "email.sent",
  "email.delivered",
  "email.delivery_delayed",
  "email.bounced",
  "email.complained",
  "email.failed",
  "email.suppressed",
];

/** The webhooks at Resend that lead to the function of this project. */
export async function readReportWebhooks(context: Context): Promise<ResendWebhook[]> {
  const all = await context.once("resend webhooks", () => context.resend.readWebhooks());
  return all.filter(({ endpoint }) => leadsTo(endpoint, REPORTS_PATH, context));
}

/** Resend reports what becomes of each mail. */
export const resendWebhook: Step = {
  name: "resend_webhook",
  title: "Resend webhook",
  needs: ["SUPABASE_PROJECT_REF", "RESEND_API_KEY"],
  async look(context) {
    if (await readRights(context) !== "full") {
      return { state: "skipped", found: "a key that can only send cannot see it" };
    }
    const [first, ...others] = await readReportWebhooks(context);
    if (first === undefined) {
      return {
        state: "wrong",
        found: "there is none: nobody learns which mails bounced",
        plan: [`make a webhook for ${context.projectUrl}${REPORTS_PATH}`],
      };
    }
    const missing = REPORTS.filter((name) => !first.events.includes(name));
    const plan = [
      ...first.status === "enabled" ? [] : ["switch the webhook on again"],
      ...missing.length === 0 ? [] : [`add ${missing.join(", ")} to the webhook`],
    ];
    if (plan.length > 0) {
      const off = "switched off, most often because its address did not answer for a day";
      return {
        state: "wrong",
        found: first.status === "enabled" ? `it leaves out ${missing.join(", ")}` : off,
        plan,
      };
    }
    if (others.length > 0) {
      return {
        state: "warning",
        found: `${others.length + 1} webhooks lead here: each report comes as often`,
        todo: ["Delete all but one at https://resend.com/webhooks"],
      };
    }
    return { state: "ok", found: "on, with all reports on mails" };
  },
  async mend(context) {
    const { resend, projectUrl } = context;
    const [first] = await readReportWebhooks(context);
    if (first === undefined) {
      await resend.createWebhook({
        endpoint: `${projectUrl}${REPORTS_PATH}`,
        events: [...REPORTS],
      });
    } else {
      await resend.changeWebhook(first.id, {
        events: [...new Set([...first.events, ...REPORTS])],
        status: "enabled",
      });
    }
  },
};
