/**
 * A stand-in for the settings of a project's Auth in Supabase's Management API
 * (`/v1/projects/{ref}/config/auth`), as far as the set-up asks it: a new project on the free plan.
 */
import { createHash } from "node:crypto";

/** The settings, as the API names them; the real one has some two hundred more. */
export interface AuthSettings {
  site_url: string | null;
  disable_signup: boolean | null;
  external_email_enabled: boolean | null;
  external_anonymous_users_enabled: boolean | null;
  mailer_autoconfirm: boolean | null;
  mailer_otp_exp: number;
  mailer_otp_length: number | null;
  mailer_subjects_magic_link: string | null;
  mailer_templates_magic_link_content: string | null;
  rate_limit_email_sent: number | null;
  security_captcha_enabled: boolean | null;
  hook_send_email_enabled: boolean | null;
  smtp_admin_email: string | null;
  smtp_host: string | null;
  smtp_max_frequency: number | null;
  smtp_pass: string | null;
  /** A text, unlike every other number. */
  smtp_port: string | null;
  smtp_sender_name: string | null;
  smtp_user: string | null;
}

const NO_SMTP = {
  smtp_admin_email: null,
  smtp_host: null,
  smtp_pass: null,
  smtp_port: null,
  smtp_sender_name: null,
  smtp_user: null,
};
const DEFAULT_TEMPLATE = {
  mailer_subjects_magic_link: "Your Magic Link",
  mailer_templates_magic_link_content:
    "<h2>Magic Link</h2>\n\n<p>Follow this link to login:</p>\n" +
    '<p><a href="{{ .ConfirmationURL }}">Log In</a></p>',
};

/** What a new project has. Source: the answer that the Supabase CLI's own tests have recorded. */
export function newAuthSettings(): AuthSettings {
  return {
    site_url: "http://localhost:3000",
    disable_signup: false,
    external_email_enabled: true,
    external_anonymous_users_enabled: false,
    mailer_autoconfirm: false,
    mailer_otp_exp: 3600,
    mailer_otp_length: 6,
    rate_limit_email_sent: 2,
    security_captcha_enabled: false,
    hook_send_email_enabled: false,
    smtp_max_frequency: 60,
    ...DEFAULT_TEMPLATE,
    ...NO_SMTP,
  };
}

/** The settings as they are shown: of the password a digest, made for this project alone. */
export function showAuthSettings(settings: AuthSettings, ref: string): AuthSettings {
  const { smtp_pass: password } = settings;
  const digest = (text: string) => createHash("sha256").update(`${ref}/${text}`).digest("hex");
  return { ...settings, smtp_pass: password === null ? null : digest(password) };
}

/**
 * Changes what is named and leaves the rest.
 * @returns why it is refused, when it is; then nothing has changed
 */
export function changeAuthSettings(
  settings: AuthSettings,
  wish: Partial<AuthSettings>,
): string | null {
  const mistake = findMistake(wish);
  if (mistake !== null) return mistake;
  const next = { ...settings, ...wish };
  const had = settings.smtp_host !== null;
  const has = typeof next.smtp_host === "string" && next.smtp_host !== "";
  // Since June 2026, where the plan is free and the mails are Supabase's own.
  const isTemplate = "mailer_subjects_magic_link" in wish ||
    "mailer_templates_magic_link_content" in wish;
  if (isTemplate && !had && !settings.hook_send_email_enabled) {
    return "Email templates of free projects can be changed with a custom SMTP server only.";
  }
  // An empty host switches it off, which takes the rest of it along, and more.
  if (!has) Object.assign(next, NO_SMTP, { rate_limit_email_sent: 2 });
  if (!has && had) Object.assign(next, DEFAULT_TEMPLATE);
  if (has && !had && !("rate_limit_email_sent" in wish)) next.rate_limit_email_sent = 30;
  Object.assign(settings, next);
  return null;
}

const isBetween = (value: unknown, least: number, most: number) =>
  Number.isInteger(value) && Number(value) >= least && Number(value) <= most;

/** What the API's own description forbids. */
function findMistake(wish: Partial<AuthSettings>): string | null {
  for (const [name, value] of Object.entries(wish)) {
    const kind = typeof newAuthSettings()[name as keyof AuthSettings];
    if (name.startsWith("smtp_") && name !== "smtp_max_frequency") {
      if (value !== null && typeof value !== "string") return `${name} must be a string`;
    } else if (value !== null && typeof value !== kind) return `${name} must be a ${kind}`;
  }
  const limits = {
    mailer_otp_exp: [0, 2147483647],
    mailer_otp_length: [6, 10],
    rate_limit_email_sent: [1, 2147483647],
  } as const;
  for (const [name, [least, most]] of Object.entries(limits)) {
    const value = wish[name as keyof AuthSettings] ?? null;
    if (value !== null && !isBetween(value, least, most)) {
      return `${name} must be between ${least} and ${most}`;
    }
  }
  const address = wish.smtp_admin_email ?? null;
  if (address !== null && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(address)) {
    return "smtp_admin_email must be an email";
  }
  return null;
}
