import { z } from "npm:zod@4.6.7";
import { TASK } from "../../local/command.ts";
import { createAuth } from "../apis/auth.ts";
import type { Context } from "../context.ts";
import { findOrCreateAccount } from "../members.ts";
import { namedAddress } from "../named-address.ts";
import { isMigrated } from "../project.ts";
import type { Step } from "../step.ts";

const firstOperator = namedAddress({
  setting: "BOARD_OPERATOR",
  question: "Whose address? They sign in with a code by mail.",
  ask: "ask who is to be the first operator of the board",
  use: (address) => `make an account for ${address}, as the first operator of the board`,
  todo:
    `Set BOARD_OPERATOR to your address and run connect; or ${TASK} invite ADDRESS --role operator`,
});

/** Somebody may use the board, and let others in. */
export const board: Step = {
  name: "board",
  title: "Board",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    if (!await isMigrated(context)) {
      const plan = firstOperator.plan(context);
      return { state: "wrong", found: "not there before the migrations", plan };
    }
    const members = await readMembers(context);
    const operators = members.filter(({ role }) => role === "operator").map(({ email }) => email);
    if (operators.length === 0) {
      const found = members.length === 0 ? "nobody may use it yet" : "no member is an operator";
      return firstOperator.describeNobody(context, found);
    }
    const wish = context.settings.BOARD_OPERATOR;
    const others = members.length - operators.length;
    return {
      state: "ok",
      found: `${operators.join(", ")} ${operators.length === 1 ? "is operator" : "are operators"}` +
        (others === 0
          ? ""
          : `, and ${others === 1 ? "1 other member" : `${others} other members`}`),
      todo: wish && !operators.includes(wish.toLowerCase())
        ? [`It has its first operator: let ${wish} in with ${TASK} invite ${wish} --role operator`]
        : undefined,
    };
  },
  async mend(context) {
    const email = firstOperator.ask(context).toLowerCase();
    if (email === "") return;
    const id = await findOrCreateAccount(await openAuth(context), email);
    await context.supabase.change(
      z.object({ email: z.string() }),
      `insert into public.members as m (user_id, email, role) values ($1::text::uuid, $2, 'operator')
      on conflict (user_id) do update set role = excluded.role returning m.email`,
      [id, email],
    );
  },
};

/** The members with their roles. */
async function readMembers({ supabase }: Context): Promise<{ email: string; role: string }[]> {
  return await supabase.select(
    z.object({ email: z.string(), role: z.string() }),
    "select m.email, m.role from public.members as m order by m.invited_at, m.email",
  );
}

/** The Auth of the project, with a secret key of it. */
async function openAuth({ settings, supabase, projectUrl, redactor, talk }: Context) {
  const key = settings.SUPABASE_SECRET_KEY ?? await supabase.readSecretKey();
  return createAuth({ url: projectUrl, key, redactor, say: talk.say });
}
