import { z } from "npm:zod@4.6.7";
import type { Context } from "../context.ts";
import { namedAddress } from "../named-address.ts";
import { isMigrated } from "../project.ts";
import type { Step } from "../step.ts";

const recipient = namedAddress({
  setting: "ALERT_ADDRESS",
  question: "Who is to get a mail when something is wrong?",
  ask: "ask who is to get a mail when something is wrong",
  use: (address) => `send alarms to ${address}`,
  todo:
    "Set ALERT_ADDRESS and run connect; or update settings set value = '…' where name = 'alert_address'",
});

/** Somebody is told when something stands still. */
export const alerts: Step = {
  name: "alerts",
  title: "Alarms",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const plan = recipient.plan(context);
    if (!await isMigrated(context)) {
      return { state: "wrong", found: "not there before the migrations", plan };
    }
    const address = await readAddress(context);
    // A version of the project that has no alarms.
    if (address === null) return { state: "ok", found: "this version sends none" };
    if (address === "") {
      return recipient.describeNobody(context, "nobody is told when something is wrong");
    }
    const wish = context.settings.ALERT_ADDRESS;
    const differs = Boolean(wish) && address !== wish;
    return {
      state: differs ? "warning" : "ok",
      found: `go to ${address}`,
      plan: differs ? plan : undefined,
    };
  },
  async mend(context) {
    const address = recipient.ask(context);
    if (address === "") return;
    await context.supabase.change(
      z.object({ value: z.string() }),
      "update public.settings set value = $1 where name = 'alert_address' returning value",
      [address],
    );
  },
};

/** Null where there is no such setting. */
async function readAddress({ supabase }: Context): Promise<string | null> {
  const rows = await supabase.select(
    z.object({ value: z.string() }),
    "select s.value from public.settings as s where s.name = 'alert_address'",
  );
  return rows[0]?.value ?? null;
}
