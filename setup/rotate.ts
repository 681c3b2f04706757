/** Gives the webhook another secret without losing an event. */
import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import type { Context } from "./context.ts";
import { waitUntilAccepted } from "./door.ts";
import { SetupError } from "./error.ts";
import { makeSecret } from "./secrets.ts";
import { describeHidden, hidesSecret, noteSigning, SIGNING } from "./signing.ts";
import { listNamed, listSecrets, readOurWebhooks } from "./webhooks.ts";

/**
 * First the functions take both secrets, then Cal.com signs with the new one, then the old one goes.
 * Killed in between, all that Cal.com sends is taken, and the same command again goes through.
 */
export async function rotate(context: Context): Promise<void> {
  const { calcom, supabase, talk, redactor, settings } = context;
  const placed = await readOurWebhooks(context);
  if (placed.length === 0) {
    throw new SetupError("No webhook at Cal.com leads here. Run this without --rotate first.");
  }
  const old = await listSecrets(context);
  const named = listNamed(context);
  await refuseToForget(context);

  const fresh = redactor.hide(makeSecret());
  talk.say("The functions get the new secret beside the old one …");
  await supabase.setSecrets(await noteSigning(context, [fresh, ...old]));
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

  // Cal.com may have signed before it had the new one, and deliver after it.
  const seconds = settings.ROTATE_WAIT_SECONDS;
  talk.say(`Waits ${seconds} s for what is on its way with the old one …`);
  await delay(seconds * 1000);
  talk.say("The old one goes …");
  await supabase.setSecrets(await noteSigning(context, [fresh, ...named]));
  await waitUntilAccepted(context, fresh);
  context.forget();
  if (named.length > 0) {
    talk.say(
      `What CALCOM_WEBHOOK_SECRET named stays valid (${named.length}): webhooks made by hand sign ` +
        "with it.",
    );
  }
}

/** Rule: a secret that nobody here can see stays, unless a person says that it may go. */
async function refuseToForget(context: Context): Promise<void> {
  if (!await hidesSecret(context)) return;
  const hidden = await describeHidden(context);
  if (context.talk.confirm(`${hidden}. Forget it?`, false)) return;
  throw new SetupError(
    `${hidden}, and it would be forgotten. Set ${SIGNING} to it and run this again; or, when there ` +
      "is no such webhook, run it in a terminal and say so.",
  );
}
