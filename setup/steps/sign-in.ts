import type { AuthSettings } from "../apis/supabase.ts";
import type { Context } from "../context.ts";
import { SetupError } from "../error.ts";
import { worstOf } from "../finding.ts";
import {
  describeServer,
  findProblems,
  findTemplateProblems,
  hasMailHook,
  type Problem,
  readTemplate,
  RESEND_SMTP,
} from "../sign-in.ts";
import { isKeyGone, makeSendingKey, SIGN_IN_KEY } from "../sending-keys.ts";
import type { Step } from "../step.ts";
import { GIVE_FULL_KEY, isFull } from "./resend-key.ts";
import { readSenders } from "./senders.ts";

/** Who is invited signs in with a code that comes by mail, and nobody else gets in. */
export const signIn: Step = {
  name: "sign_in",
  title: "Sign-in",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const auth = await readAuth(context);
    const server = await findServerProblem(context, auth);
    const problems = [
      ...findProblems(auth),
      ...server === null ? [] : [server],
      ...findTemplateProblems(auth, await readTemplate()),
    ];
    const left = await cannotMend(context, server) ? server : null;
    // The team has put it there, and the board has none to show.
    const captcha = auth.security_captcha_enabled === true
      ? [
        "The board shows no captcha, and Auth wants one: switch it off at " +
        `https://supabase.com/dashboard/project/${context.settings.SUPABASE_PROJECT_REF}/auth/protection`,
      ]
      : [];
    const states = [...problems.map(({ state }) => state), ...captcha.map(() => "wrong" as const)];
    return {
      state: worstOf(states),
      found: problems.length === 0
        ? `by a code, for who is invited; ${describeMails(auth)}`
        : problems.map(({ found }) => found).join("; "),
      todo: [...captcha, ...left === null ? [] : [GIVE_FULL_KEY]],
      plan: problems.filter((problem) => problem !== left).map(({ plan }) => plan),
    };
  },
  async mend(context) {
    const { supabase } = context;
    const auth = await readAuth(context);
    const wish: Partial<AuthSettings> = Object.assign(
      {},
      ...findProblems(auth).map((problem) => problem.wish),
    );
    let note: Record<string, string> = {};
    const server = await findServerProblem(context, auth);
    if (server !== null && !await cannotMend(context, server)) {
      if (!server.wish.smtp_admin_email) {
        throw new SetupError("There is no sender yet that codes could come from: see Senders.");
      }
      Object.assign(wish, server.wish);
      if (server.wantsKey) {
        const made = await makeSendingKey(context, SIGN_IN_KEY);
        wish.smtp_pass = made.token;
        note = made.note;
      }
    }
    if (Object.keys(wish).length > 0) await supabase.changeAuth(wish);
    if (Object.keys(note).length > 0) await supabase.setSecrets(note);
    // After it: on the free plan the mail can be changed once it does not go out through Supabase.
    const template: Partial<AuthSettings> = Object.assign(
      {},
      ...findTemplateProblems(auth, await readTemplate()).map((problem) => problem.wish),
    );
    if (Object.keys(template).length > 0) await supabase.changeAuth(template);
  },
};

/** A problem with the server that sends the mails of Auth. */
interface ServerProblem extends Problem {
  /** Whether it needs a new password. */
  wantsKey: boolean;
}

/** Whether it takes a key that may make another one, and there is none. */
async function cannotMend(context: Context, server: ServerProblem | null): Promise<boolean> {
  return server !== null && server.wantsKey && !await isFull(context);
}

/** Nobody but the project's own team gets what Supabase itself mails. */
async function findServerProblem(
  context: Context,
  auth: AuthSettings,
): Promise<ServerProblem | null> {
  if (hasMailHook(auth)) return null;
  const server = describeServer(auth);
  // The team's own server is the team's.
  if (server === "other") return null;
  const [sender] = await readSenders(context);
  const from = {
    smtp_admin_email: sender?.from_address ?? null,
    smtp_sender_name: sender?.from_name ?? sender?.organizer_domain ?? null,
  };
  const whole = {
    smtp_host: RESEND_SMTP.host,
    smtp_port: RESEND_SMTP.port,
    smtp_user: RESEND_SMTP.user,
    ...from,
  };
  const plan = `send the codes through ${RESEND_SMTP.host}, with a key of their own, as ` +
    (sender?.from_address ?? "the default sender");
  if (server === "none") {
    const found = "codes go to members of the project's own team only (Supabase's built-in mail)";
    return { state: "wrong", found, plan, wish: whole, wantsKey: true };
  }
  if (sender !== undefined && !await canSendAs(context, auth.smtp_admin_email ?? "")) {
    return {
      state: "wrong",
      found: `codes come from ${auth.smtp_admin_email}, whose domain Resend does not know`,
      plan: `send them as ${sender.from_address}`,
      wish: from,
      wantsKey: false,
    };
  }
  if (await isKeyGone(context, SIGN_IN_KEY)) {
    // It may also be one that the team has made. That cannot be seen, and a key of ours is as good.
    const found = "the key that codes go out with is none that was made here: it may be deleted";
    return { state: "warning", found, plan, wish: whole, wantsKey: true };
  }
  return null;
}

/** Whether Resend takes a mail of this address: that of a sender, or of a domain that it knows. */
async function canSendAs(context: Context, address: string): Promise<boolean> {
  const domainOf = (text: string) => text.split("@")[1]?.toLowerCase() ?? "";
  const senders = await readSenders(context);
  if (senders.some(({ from_address }) => domainOf(from_address) === domainOf(address))) return true;
  if (!await isFull(context)) return false;
  const known = await context.once("domains", () => context.resend.readDomains());
  return known.some(({ name }) => name === domainOf(address));
}

async function readAuth({ supabase, once }: Context): Promise<AuthSettings> {
  return await once("auth", () => supabase.readAuth());
}

function describeMails(auth: AuthSettings): string {
  return hasMailHook(auth)
    ? "a hook of yours sends it"
    : `${auth.smtp_host} sends it as ${auth.smtp_admin_email}`;
}
