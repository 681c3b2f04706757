import { z } from "npm:zod@4.6.7";
import type { Context } from "../context.ts";
import { SetupError } from "../error.ts";
import { isMigrated } from "../project.ts";
import type { Step } from "../step.ts";

const ADDRESS = z.email();

/** Somebody is told when something stands still. */
export const alerts: Step = {
  name: "alerts",
  title: "Alarms",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const { settings, talk } = context;
    const wish = settings.ALERT_ADDRESS;
    const isWanted = wish !== undefined && wish !== "";
    const plan = isWanted
      ? [`send alarms to ${wish}`]
      : wish === undefined && talk.canAsk
      ? ["ask who is to get a mail when something is wrong"]
      : undefined;
    if (!await isMigrated(context)) {
      return { state: "wrong", found: "not there before the migrations", plan };
    }
    const address = await readAddress(context);
    // A version of the project that has no alarms.
    if (address === null) return { state: "ok", found: "this version sends none" };
    if (address !== "") {
      const differs = isWanted && address !== wish;
      return {
        state: differs ? "warning" : "ok",
        found: `go to ${address}`,
        plan: differs ? plan : undefined,
      };
    }
    // Who was asked and wants none has said so with an empty ALERT_ADDRESS.
    return {
      state: wish === "" ? "ok" : "warning",
      found: "nobody is told when something is wrong",
      todo: plan || wish === "" ? undefined : [
        "Set ALERT_ADDRESS and run connect; or update settings set value = '…' where name = 'alert_address'",
      ],
      plan,
    };
  },
  async mend(context) {
    const { settings, supabase, talk } = context;
    const asked = settings.ALERT_ADDRESS ??
      talk.ask("  Who is to get a mail when something is wrong? (empty: nobody)", "ALERT_ADDRESS");
    if (asked !== "" && !ADDRESS.safeParse(asked).success) {
      throw new SetupError(`ALERT_ADDRESS takes a mail address, and "${asked}" is none.`);
    }
    settings.ALERT_ADDRESS = asked;
    if (asked === "") return;
    await supabase.change(
      z.object({ value: z.string() }),
      "update public.settings set value = $1 where name = 'alert_address' returning value",
      [asked],
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
