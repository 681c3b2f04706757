/** How people sign in to the board: what the settings of Supabase's Auth have to be. */
import type { AuthSettings } from "./apis/supabase.ts";
import { SUPABASE_FOLDER } from "../local/migrations.ts";
import type { State } from "./finding.ts";

/** Resend as a mail server. Its password is a key that can send. */
export const RESEND_SMTP = { host: "smtp.resend.com", port: "465", user: "resend" } as const;

/** What Resend's server listens on. */
const RESEND_PORTS = ["25", "465", "587", "2465", "2587"];

/** What the page that asks for a code has room for. */
const CODE_LENGTH = 6;

/** Seconds for which a code is good: as long as it takes to find a mail. */
const CODE_SECONDS = 900;

/**
 * Codes an hour, of all members together. Whoever knows the address of one can ask for a code once a
 * minute: with Supabase's own limit of thirty, nobody else would get one.
 */
const CODES_PER_HOUR = 100;

const SUBJECT = "Your code to sign in";

/** The mail with the code. */
export async function readTemplate(): Promise<string> {
  return await Deno.readTextFile(new URL("templates/sign-in-code.html", SUPABASE_FOLDER));
}

/** Something about the settings that is not as it should be. */
export interface Problem {
  state: Exclude<State, "ok" | "skipped">;
  found: string;
  plan: string;
  wish: Partial<AuthSettings>;
}

/** Whether the mails of Auth go through a hook of the team: then none of ours is asked. */
export function hasMailHook(auth: AuthSettings): boolean {
  return auth.hook_send_email_enabled === true;
}

/** What is wrong with who gets in, and with the codes. */
export function findProblems(auth: AuthSettings): Problem[] {
  const problems: Problem[] = [];
  if (auth.disable_signup !== true) {
    problems.push({
      state: "wrong",
      found: "anybody can sign up",
      plan: "switch sign-up off: only who is invited gets an account, in all of this project",
      wish: { disable_signup: true },
    });
  }
  if (auth.external_anonymous_users_enabled === true) {
    problems.push({
      state: "wrong",
      found: "anybody gets an account without an address",
      plan: "switch anonymous sign-ins off",
      wish: { external_anonymous_users_enabled: false },
    });
  }
  if (auth.external_email_enabled !== true) {
    problems.push({
      state: "wrong",
      found: "nobody can sign in by mail",
      plan: "switch sign-in by mail on",
      wish: { external_email_enabled: true },
    });
  }
  if (auth.mailer_otp_length !== CODE_LENGTH) {
    problems.push({
      state: "wrong",
      found: `a code has ${auth.mailer_otp_length} digits, and the board asks for ${CODE_LENGTH}`,
      plan: `make codes of ${CODE_LENGTH} digits`,
      wish: { mailer_otp_length: CODE_LENGTH },
    });
  }
  // 0 stands for a day.
  if (auth.mailer_otp_exp > CODE_SECONDS || auth.mailer_otp_exp <= 0) {
    problems.push({
      state: "warning",
      found: `a code is good for longer than ${CODE_SECONDS / 60} minutes`,
      plan: `let a code be good for ${CODE_SECONDS / 60} minutes`,
      wish: { mailer_otp_exp: CODE_SECONDS },
    });
  }
  if (!hasMailHook(auth) && (auth.rate_limit_email_sent ?? 0) < CODES_PER_HOUR) {
    problems.push({
      state: "warning",
      found:
        `${auth.rate_limit_email_sent ?? "a few"} codes an hour may go out: one stranger who ` +
        "asks for them uses them up",
      plan: `let ${CODES_PER_HOUR} codes an hour go out`,
      wish: { rate_limit_email_sent: CODES_PER_HOUR },
    });
  }
  return problems;
}

/** What is wrong with the mail that brings the code. One that a team has written itself stays. */
export function findTemplateProblems(auth: AuthSettings, template: string): Problem[] {
  if (hasMailHook(auth)) return [];
  const content = auth.mailer_templates_magic_link_content ?? "";
  const hasCode = /\{\{\s*\.Token\s*\}\}/.test(content);
  // What scans mails opens links, and uses them up.
  const hasLink = /\{\{\s*\.(?:ConfirmationURL|TokenHash)\s*\}\}/.test(content);
  const subject = auth.mailer_subjects_magic_link ?? "";
  const isOwn = subject !== "" && !/magic link/i.test(subject);
  return [
    ...hasCode && !hasLink ? [] : [{
      state: "wrong" as const,
      found: hasCode
        ? "the mail with the code has a link too, which mail scanners use up"
        : "the mail has no code in it",
      plan: "put the code into the mail (supabase/templates/sign-in-code.html)",
      wish: { mailer_templates_magic_link_content: template },
    }],
    ...isOwn ? [] : [{
      state: "warning" as const,
      found: `its subject is "${subject}"`,
      plan: `call the mail "${SUBJECT}"`,
      wish: { mailer_subjects_magic_link: SUBJECT },
    }],
  ];
}

/** Which server sends the mails of Auth. */
export function describeServer(auth: AuthSettings): "none" | "resend" | "other" {
  if (!auth.smtp_host) return "none";
  if (auth.smtp_host !== RESEND_SMTP.host) return "other";
  const isComplete = auth.smtp_user === RESEND_SMTP.user && Boolean(auth.smtp_pass) &&
    RESEND_PORTS.includes(auth.smtp_port ?? "");
  return isComplete ? "resend" : "none";
}
