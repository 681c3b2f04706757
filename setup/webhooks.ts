/** The webhooks at Cal.com that lead to this project, and the secrets that they sign with. */
import { OWN, type Scope, type Webhook } from "./apis/calcom.ts";
import type { Context } from "./context.ts";
import { leadsTo, WEBHOOK_PATH } from "./project.ts";
import { isUsable, splitSecrets } from "./secrets.ts";

/** What the README names; a test compares them. */
export const TRIGGERS: readonly string[] = [
  "BOOKING_CREATED",
  "BOOKING_RESCHEDULED",
  "BOOKING_CANCELLED",
  "BOOKING_REJECTED",
  "BOOKING_REQUESTED",
  "BOOKING_NO_SHOW_UPDATED",
  "MEETING_ENDED",
  "BOOKING_REASSIGNED",
];

/** What an older server may not have; everything works without it. */
export const NEWER_TRIGGERS: readonly string[] = ["BOOKING_REASSIGNED"];

/** A webhook, and where it is. */
export interface Placed {
  scope: Scope;
  webhook: Webhook;
}

/** All that lead to this project and that the key may see, those of the widest scope first. */
export async function readOurWebhooks(context: Context): Promise<Placed[]> {
  const { calcom, once } = context;
  return await once("calcom webhooks", async () => {
    const { scope } = await once("account", () => calcom.readAccount());
    const scopes = scope.path === OWN.path ? [OWN] : [scope, OWN];
    const found: Placed[] = [];
    for (const one of scopes) {
      const all = await calcom.readWebhooks(one);
      found.push(
        ...all.filter(({ subscriberUrl }) => leadsTo(subscriberUrl, WEBHOOK_PATH, context))
          .map((webhook) => ({ scope: one, webhook })),
      );
    }
    return found;
  });
}

/** The secrets that events are signed with: those at Cal.com, and those that a person has named. */
export async function listSecrets(context: Context): Promise<string[]> {
  const seen = (await readOurWebhooks(context)).map(({ webhook }) => webhook.secret);
  return [...new Set([...seen, ...listNamed(context)])].filter(isUsable);
}

/** The secrets of webhooks that no key can see: made by hand, for a whole team. */
export function listNamed({ settings }: Context): string[] {
  return splitSecrets(settings.CALCOM_WEBHOOK_SECRET);
}
