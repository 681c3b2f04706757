import type { Step } from "../step.ts";
import { advisors } from "./advisors.ts";
import { alerts } from "./alerts.ts";
import { board } from "./board.ts";
import { calcom } from "./calcom.ts";
import { calcomKey } from "./calcom-key.ts";
import { door } from "./door.ts";
import { functions } from "./functions.ts";
import { health } from "./health.ts";
import { migrations } from "./migrations.ts";
import { personalDomains } from "./personal-domains.ts";
import { project } from "./project.ts";
import { resendDomains } from "./resend-domains.ts";
import { resendKey } from "./resend-key.ts";
import { resendWebhook } from "./resend-webhook.ts";
import { schedule } from "./schedule.ts";
import { secrets } from "./secrets.ts";
import { senders } from "./senders.ts";
import { signIn } from "./sign-in.ts";
import { vault } from "./vault.ts";

/** In the order in which each finds what it needs; the keys first, before anything is changed. */
export const STEPS: readonly Step[] = [
  project,
  calcomKey,
  resendKey,
  migrations,
  senders,
  personalDomains,
  alerts,
  resendDomains,
  resendWebhook,
  secrets,
  functions,
  vault,
  schedule,
  calcom,
  signIn,
  board,
  door,
  health,
  advisors,
];
