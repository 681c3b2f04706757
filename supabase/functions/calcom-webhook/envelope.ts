import * as z from "npm:zod@4.6.7";

/**
 * All that makes a body usable as a Cal.com event. Everything else differs by trigger, version and
 * setting (the flat events have no `payload`), and is for the database to judge.
 */
const Envelope = z.looseObject(
  { triggerEvent: z.string().min(1) },
  { error: 'The body is JSON but not an object: Cal.com sends an object with "triggerEvent"' },
);

/** The trigger of a usable event, or what is missing and what to do about it. */
export type EnvelopeCheck = { trigger: string; problem: null } | { trigger: null; problem: string };

/** Checks that a parsed body is a Cal.com event. */
export function checkEnvelope(body: unknown): EnvelopeCheck {
  const result = Envelope.safeParse(body);
  if (result.success) return { trigger: result.data.triggerEvent, problem: null };

  const [issue] = result.error.issues;
  return {
    trigger: null,
    problem: issue === undefined || issue.path.length === 0
      ? issue?.message ?? "The body is not a Cal.com event"
      : '"triggerEvent" is missing or not a text: remove the custom payload template from the webhook in Cal.com',
  };
}
