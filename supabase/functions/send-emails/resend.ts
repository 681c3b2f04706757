import { Resend } from "npm:resend@6.38.0";
import type { Message } from "./message.ts";

/**
 * What an answer of Resend means for a mail. What follows from it is decided in the database.
 *
 * - `unknown`: nobody knows whether it was taken; the same key finds that out
 * - `throttled`: not taken, too many requests just now
 * - `quota`: not taken, the plan's quota is used up
 * - `setup`: not taken, somebody has to mend the key or the address of Resend
 * - `rejected`: not taken, and never will be
 * - `conflict`: the key has carried another mail, which may be out
 */
export type FailureKind = "unknown" | "throttled" | "quota" | "setup" | "rejected" | "conflict";

/** Why a mail is not known to be out. */
export interface Failure {
  isSent: false;
  kind: FailureKind;
  /** In Resend's words. */
  error: string;
  /** In plain words, for the outbox, where somebody looks for what to fix. */
  reason: string;
  /** Seconds that Resend asks to wait; null when it does not say. */
  retryAfter: number | null;
  /** Whether the next mail would meet the same: the account or Resend is in trouble, not this mail. */
  isGeneral: boolean;
}

/** What came of handing one mail to Resend. */
export type Delivery = { isSent: true; resendId: string } | Failure;

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
      const { data, error, headers } = await resend.emails.send(message, {
        idempotencyKey,
        signal: AbortSignal.timeout(timeout),
      });
      if (error) {
        return {
          isSent: false,
          ...classify(error),
          error: `${error.statusCode ?? "no answer"} ${error.name}: ${error.message}`,
          retryAfter: readRetryAfter(headers?.["retry-after"]),
        };
      }
      // A proxy in between can answer 200 with anything.
      if (typeof data?.id === "string") return { isSent: true, resendId: data.id };
      return inTheDark("Resend answered without an id");
    } catch (error) {
      return inTheDark(`no answer: ${error}`);
    }
  };
}

/** What the status and the name of an error mean. The body is foreign: both may be anything. */
function classify(
  { statusCode, name, message }: { statusCode: number | null; name: string; message: string },
): Pick<Failure, "kind" | "reason" | "isGeneral"> {
  switch (statusCode) {
    case 401:
      return SETUP;
    case 403:
      return name === "validation_error"
        ? rejected(
          `Resend may not send it, most often as the sender's domain is not verified`,
          message,
        )
        : SETUP;
    case 404:
    case 405:
      return SETUP;
    case 408:
      return UNKNOWN;
    case 409:
      return name === "invalid_idempotent_request" ? CONFLICT : AT_IT;
    case 429:
      return name === "daily_quota_exceeded" || name === "monthly_quota_exceeded"
        ? QUOTA
        : THROTTLED;
  }
  return typeof statusCode === "number" && statusCode >= 400 && statusCode < 500
    ? rejected("Resend does not accept it", message)
    : UNKNOWN;
}

const UNKNOWN = {
  kind: "unknown",
  reason: "Resend gave no answer that says whether it has the mail; it is asked again.",
  isGeneral: true,
} as const;
const AT_IT = {
  kind: "unknown",
  reason: "Resend is still at work on this very mail; it is asked again.",
  isGeneral: false,
} as const;
const THROTTLED = {
  kind: "throttled",
  reason: "Too many mails at once for Resend; it is tried again.",
  isGeneral: true,
} as const;
const QUOTA = {
  kind: "quota",
  reason: "The quota of the plan at Resend is used up; it is tried again every hour.",
  isGeneral: true,
} as const;
const SETUP = {
  kind: "setup",
  reason:
    "Resend lets nobody send with these settings: check RESEND_API_KEY and RESEND_BASE_URL. It is tried again every hour.",
  isGeneral: true,
} as const;
const CONFLICT = {
  kind: "conflict",
  reason:
    "Resend has another text under the key of this mail, so that an earlier one may have gone out: look there.",
  isGeneral: false,
} as const;

function rejected(what: string, message: string) {
  return { kind: "rejected", reason: `${what}: ${message}`, isGeneral: false } as const;
}

function inTheDark(error: string): Failure {
  return { isSent: false, ...UNKNOWN, error, retryAfter: null };
}

/** Whole seconds, rounded up; the header holds seconds or a date. */
function readRetryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  const seconds = /^\d+(\.\d+)?$/.test(header.trim())
    ? Number(header)
    : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, Math.ceil(seconds)), 1_000_000) : null;
}
