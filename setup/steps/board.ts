import { z } from "npm:zod@4.6.7";
import { TASK } from "../../local/command.ts";
import { createAuth } from "../apis/auth.ts";
import type { Context } from "../context.ts";
import { SetupError } from "../error.ts";
import { findOrCreateAccount } from "../members.ts";
import { isMigrated } from "../project.ts";
import type { Step } from "../step.ts";

const ADDRESS = z.email();

/** Somebody may use the board, and let others in. */
export const board: Step = {
  name: "board",
  title: "Board",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const { settings, talk } = context;
    const wish = settings.BOARD_OPERATOR;
    const plan = wish
      ? [`make an account for ${wish}, as the first operator of the board`]
      : wish === undefined && talk.canAsk
      ? ["ask who is to be the first operator of the board"]
      : undefined;
    if (!await isMigrated(context)) {
      return { state: "wrong", found: "not there before the migrations", plan };
    }
    const members = await readMembers(context);
    const operators = members.filter(({ role }) => role === "operator").map(({ email }) => email);
    if (operators.length > 0) {
      const others = members.length - operators.length;
      return {
        state: "ok",
        found:
          `${operators.join(", ")} ${operators.length === 1 ? "is operator" : "are operators"}` +
          (others === 0
            ? ""
            : `, and ${others === 1 ? "1 other member" : `${others} other members`}`),
        todo: wish && !operators.includes(wish.toLowerCase())
          ? [
            `It has its first operator: let ${wish} in with ${TASK} invite ${wish} --role operator`,
          ]
          : undefined,
      };
    }
    return {
      // Who was asked and wants none has said so with an empty BOARD_OPERATOR.
      state: wish === "" ? "ok" : "warning",
      found: members.length === 0 ? "nobody may use it yet" : "no member is an operator",
      todo: plan || wish === "" ? undefined : [
        `Set BOARD_OPERATOR to your address and run connect; or ${TASK} invite ADDRESS --role operator`,
      ],
      plan,
    };
  },
  async mend(context) {
    const { settings, supabase, talk } = context;
    const asked = settings.BOARD_OPERATOR ??
      talk.ask(
        "  Whose address? They sign in with a code by mail. (empty: nobody)",
        "BOARD_OPERATOR",
      );
    settings.BOARD_OPERATOR = asked;
    if (asked === "") return;
    if (!ADDRESS.safeParse(asked).success) {
      throw new SetupError(`BOARD_OPERATOR takes a mail address, and "${asked}" is none.`);
    }
    const email = asked.toLowerCase();
    const id = await findOrCreateAccount(await openAuth(context), email);
    await supabase.change(
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
