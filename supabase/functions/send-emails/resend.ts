import { Resend } from "npm:resend@6.38.0";
import type { Message } from "./message.ts";

/** What came of handing one mail to Resend. */
export type Delivery =
  | { isSent: true; resendId: string }
  | {
    isSent: false;
    /** For the outbox, where somebody looks for what to fix. */
    error: string;
    /** Whether the next mail would meet the same: the account or Resend is in trouble, not this mail. */
    isGeneral: boolean;
  };

/** Hands one mail over; the same key never sends twice. Never throws. */
export type Deliver = (message: Message, idempotencyKey: string) => Promise<Delivery>;

/** Milliseconds; after that the outcome is unknown, and the same key finds it out the next time. */
const TIMEOUT = 15_000;

/** Connects to Resend, or to whatever speaks like it at `baseUrl`. */
export function createDeliver(
  { apiKey, baseUrl, timeout = TIMEOUT }: {
    apiKey: string;
    baseUrl: string | null;
    timeout?: number;
  },
): Deliver {
  const resend = new Resend(apiKey, baseUrl === null ? {} : { baseUrl });

  return async (message, idempotencyKey) => {
    try {
      const { data, error } = await resend.emails.send(message, {
        idempotencyKey,
        signal: AbortSignal.timeout(timeout),
      });
      if (error) {
        return {
          isSent: false,
          error: `${error.statusCode ?? "no answer"} ${error.name}: ${error.message}`,
          isGeneral: isGeneral(error),
        };
      }
      // A proxy in between can answer 200 with anything.
      if (typeof data?.id === "string") return { isSent: true, resendId: data.id };
      return { isSent: false, error: "Resend answered without an id", isGeneral: true };
    } catch (error) {
      return { isSent: false, error: `Resend client: ${error}`, isGeneral: true };
    }
  };
}

/** 403 is two things: a sender's domain that is not verified, or a key that may not send. */
function isGeneral({ statusCode, name }: { statusCode: number | null; name: string }): boolean {
  if (statusCode === null || statusCode >= 500) return true;
  if (statusCode === 401 || statusCode === 429) return true;
  return statusCode === 403 && name !== "validation_error";
}
