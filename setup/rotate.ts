/** Gives the webhook another secret without losing an event. */
import type { Context } from "./context.ts";
import { waitUntilAccepted } from "./door.ts";
import { SetupError } from "./error.ts";
import { digestOf, joinSecrets, makeSecret } from "./secrets.ts";
import { listNamed, listSecrets, readOurWebhooks } from "./webhooks.ts";

const NAME = "CALCOM_WEBHOOK_SECRET";

/**
 * First the functions take both secrets, then Cal.com signs with the new one, then the old one goes.
 * Killed in between, all that Cal.com sends is taken, and the same command again goes through.
 */
export async function rotate(context: Context): Promise<void> {
  const { calcom, supabase, talk, redactor } = context;
  const placed = await readOurWebhooks(context);
  if (placed.length === 0) {
    throw new SetupError("No webhook at Cal.com leads here. Run this without --rotate first.");
  }
  const old = await listSecrets(context);
  const named = listNamed(context);
  await refuseToForget(context, old);

  const fresh = redactor.hide(makeSecret());
  talk.say("The functions get the new secret beside the old one …");
  await supabase.setSecrets({ [NAME]: joinSecrets([fresh, ...old]) });
  await waitUntilAccepted(context, fresh);

  talk.say(
    `Cal.com gets the new one (${
      placed.length === 1 ? "1 webhook" : `${placed.length} webhooks`
    }) …`,
  );
  for (const { scope, webhook } of placed) {
    if (named.includes(webhook.secret ?? "")) continue;
    await calcom.changeWebhook(scope, webhook.id, { secret: fresh });
  }
  context.forget();
  const signing = (await readOurWebhooks(context)).map(({ webhook }) => webhook.secret);
  if (!signing.every((secret) => secret === fresh || named.includes(secret ?? ""))) {
    throw new SetupError(
      "Cal.com does not show the new secret for every webhook. Both secrets are valid, so nothing " +
        "is lost. Run this again.",
    );
  }

  talk.say("The old one goes …");
  await supabase.setSecrets({ [NAME]: joinSecrets([fresh, ...named]) });
  await waitUntilAccepted(context, fresh);
  context.forget();
  if (named.length > 0) {
    talk.say(
      `What CALCOM_WEBHOOK_SECRET named stays valid (${named.length}): webhooks made by hand sign ` +
        "with it.",
    );
  }
}

/**
 * Rule: a secret that nobody here can see may be the one of a team's webhook made by hand. To set the
 * list anew without it would lose every event of that team.
 */
async function refuseToForget(context: Context, known: string[]): Promise<void> {
  const { supabase, calcom, once, talk } = context;
  const digest = (await once("digests", () => supabase.readSecrets())).get(NAME);
  if (digest === digestOf(joinSecrets(known))) return;
  const { teams } = await once("account", () => calcom.readAccount());
  if (teams.length === 0) return;
  const question = "The functions know a secret that none of the visible webhooks has. It may be " +
    `that of a webhook made by hand for ${teams.map(({ name }) => name).join(", ")}`;
  if (talk.confirm(`${question}. Forget it?`, false)) return;
  throw new SetupError(
    `${question}, and it would be forgotten. Set CALCOM_WEBHOOK_SECRET to it and run this again; or, ` +
      "when there is no such webhook, run it in a terminal and say so.",
  );
}
