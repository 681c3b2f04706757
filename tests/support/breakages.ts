import { changeAuthSettings } from "../../local/apis/auth-config.ts";
import { type Apis, REF } from "./apis.ts";

/** Something that goes wrong with a project that is live. */
export interface Breakage {
  name: string;
  /** The check of doctor that sees it. */
  check: string;
  break: (apis: Apis) => unknown;
  /** What connect changes about it, and nothing else. */
  changes: string[];
  isWarning?: boolean;
}

const SECRETS = "supabase POST /v1/projects/…/secrets";
const SQL = "supabase POST /v1/projects/…/database/query";
const CLI = "supabase POST /cli";
const AUTH = "supabase PATCH /v1/projects/…/config/auth";

/** What connect mends by itself. */
export const BREAKAGES: readonly Breakage[] = [
  {
    name: "the webhook at Cal.com was deleted",
    check: "calcom",
    break: ({ calcom: { state } }) => state.webhooks.length = 0,
    changes: [SECRETS, "calcom POST /v2/webhooks"],
  },
  {
    name: "the webhook at Cal.com was deleted, while events arrive",
    check: "calcom",
    break: async ({ calcom: { state }, sql }) => {
      state.webhooks.length = 0;
      await sql`insert into public.calcom_events (payload) values ('{"triggerEvent": "BOOKING_PAID"}')`;
    },
    changes: [SECRETS, "calcom POST /v2/webhooks"],
  },
  ...([
    ["it is switched off", { active: false }],
    ["it leaves out a trigger", { triggers: ["BOOKING_CREATED", "FORM_SUBMITTED"] }],
    ["it has a template", { payloadTemplate: "{{title}}" }],
  ] as const).map(([name, values]): Breakage => ({
    name,
    check: "calcom",
    break: ({ calcom: { state } }) => Object.assign(state.webhooks[0]!, values),
    changes: ["calcom PATCH /v2/webhooks/…"],
  })),
  {
    name: "its address names no region",
    check: "calcom",
    break: ({ calcom: { state: { webhooks: [webhook] } } }) => {
      webhook!.subscriberUrl = webhook!.subscriberUrl.split("?")[0]!;
    },
    changes: ["calcom PATCH /v2/webhooks/…"],
  },
  {
    name: "it has no secret",
    check: "calcom",
    break: ({ calcom: { state } }) => state.webhooks[0]!.secret = null,
    changes: [SECRETS, "calcom PATCH /v2/webhooks/…"],
  },
  {
    name: "it has another secret than the functions",
    check: "secrets",
    break: ({ calcom: { state } }) => state.webhooks[0]!.secret = "somebody typed another one",
    changes: [SECRETS],
  },
  {
    name: "Resend has switched its webhook off",
    check: "resend_webhook",
    break: ({ resend: { state } }) => state.webhooks[0]!.status = "disabled",
    changes: ["resend PATCH /webhooks/…"],
  },
  {
    name: "Resend's webhook leaves out bounces",
    check: "resend_webhook",
    break: ({ resend: { state } }) => state.webhooks[0]!.events = ["email.sent"],
    changes: ["resend PATCH /webhooks/…"],
  },
  {
    name: "Resend's webhook was deleted",
    check: "resend_webhook",
    break: ({ resend: { state } }) => state.webhooks.length = 0,
    changes: ["resend POST /webhooks", SECRETS],
  },
  ...["RESEND_WEBHOOK_SECRET", "SEND_EMAILS_SECRET", "RECONCILE_SECRET", "CALCOM_WEBHOOK_SECRET"]
    .map((secret): Breakage => ({
      name: `${secret} is gone`,
      check: "secrets",
      break: ({ supabase: { state } }) => state.secrets.delete(secret),
      changes: [SECRETS],
    })),
  {
    name: "the key of the functions was deleted at Resend",
    check: "secrets",
    break: ({ resend: { state } }) => {
      state.keys = state.keys.filter(({ name }) => !name.endsWith(REF));
    },
    changes: ["resend POST /api-keys", SECRETS],
    isWarning: true,
  },
  {
    name: "RESEND_API_KEY is gone",
    check: "secrets",
    break: ({ supabase: { state } }) => state.secrets.delete("RESEND_API_KEY"),
    changes: ["resend DELETE /api-keys/…", "resend POST /api-keys", SECRETS],
  },
  {
    name: "the functions have another secret than Vault",
    check: "secrets",
    break: ({ supabase: { state } }) =>
      state.secrets.set("SEND_EMAILS_SECRET", "another one, by hand"),
    changes: [SECRETS],
  },
  {
    name: "Vault has lost a secret",
    check: "vault",
    break: ({ sql }) => sql`delete from vault.secrets as v where v.name = 'send_emails_secret'`,
    changes: [SECRETS, SQL],
  },
  {
    name: "Vault has the address of another project",
    check: "vault",
    break: ({ sql }) =>
      sql`update vault.secrets set secret = 'https://x.test' where name = 'project_url'`,
    changes: [SQL],
  },
  {
    name: "a job is gone",
    check: "schedule",
    break: ({ sql }) => sql`delete from cron.job where jobname = 'send-due-emails'`,
    changes: [SQL],
  },
  {
    name: "a function was deleted",
    check: "functions",
    break: ({ supabase: { state } }) => state.functions.delete("send-emails"),
    changes: [CLI, SECRETS],
  },
  {
    name: "a function wants a JWT",
    check: "functions",
    break: ({ supabase: { state } }) => state.functions.get("calcom-webhook")!.verify_jwt = true,
    changes: [CLI, SECRETS],
  },
  {
    name: "a new version of the project was fetched",
    check: "functions",
    break: ({ supabase: { state } }) => state.secrets.set("CALCOM_DEALS_VERSION", "an older one"),
    changes: [CLI, SECRETS],
    isWarning: true,
  },
  {
    name: "the senders are gone",
    check: "senders",
    break: ({ sql }) => sql`delete from public.senders`,
    changes: [SQL],
  },
  ...([
    ["anybody can sign up", { disable_signup: false }],
    ["anybody gets in without an address", { external_anonymous_users_enabled: true }],
    ["nobody can sign in by mail", { external_email_enabled: false }],
    ["codes are longer than the board asks for", { mailer_otp_length: 8 }],
    ["the mail has a link and no code", {
      mailer_templates_magic_link_content: '<a href="{{ .ConfirmationURL }}">Log In</a>',
    }],
    ["the mail has a link beside the code", {
      mailer_templates_magic_link_content: "{{.Token}} or {{ .ConfirmationURL }}",
    }],
    ["codes come from a domain that Resend does not know", {
      smtp_admin_email: "hi@kelp.example",
    }],
  ] as const).map(([name, values]): Breakage => ({
    name,
    check: "sign_in",
    break: ({ supabase: { state } }) => Object.assign(state.auth, values),
    changes: [AUTH],
  })),
  ...([
    ["a code is good for an hour", { mailer_otp_exp: 3600 }],
    ["few codes an hour go out", { rate_limit_email_sent: 30 }],
    ["the mail is called as Supabase calls it", { mailer_subjects_magic_link: "Your Magic Link" }],
  ] as const).map(([name, values]): Breakage => ({
    name,
    check: "sign_in",
    break: ({ supabase: { state } }) => Object.assign(state.auth, values),
    changes: [AUTH],
    isWarning: true,
  })),
  {
    name: "somebody has changed a hook of Auth in the dashboard, which wipes its mail server",
    check: "sign_in",
    break: ({ supabase: { state } }) => changeAuthSettings(state.auth, { smtp_host: "" }),
    changes: ["resend DELETE /api-keys/…", "resend POST /api-keys", AUTH, SECRETS, AUTH],
  },
  {
    name: "the mail server has no password",
    check: "sign_in",
    break: ({ supabase: { state } }) => state.auth.smtp_pass = null,
    changes: ["resend DELETE /api-keys/…", "resend POST /api-keys", AUTH, SECRETS],
  },
  {
    name: "the key that codes go out with was deleted at Resend",
    check: "sign_in",
    break: ({ resend: { state } }) => {
      state.keys = state.keys.filter(({ name }) => !name.endsWith("sign-in"));
    },
    changes: ["resend POST /api-keys", AUTH, SECRETS],
    isWarning: true,
  },
  {
    name: "the only operator of the board was deleted in Auth",
    check: "board",
    break: ({ sql }) => sql`delete from auth.users`,
    changes: ["auth POST /v1/admin/users", SQL],
    isWarning: true,
  },
  {
    name: "no member of the board is an operator",
    check: "board",
    break: ({ sql }) => sql`update public.members set role = 'viewer'`,
    changes: ["auth POST /v1/admin/users", SQL],
    isWarning: true,
  },
];
