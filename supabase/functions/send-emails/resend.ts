import { Resend } from "npm:resend@6.38.0";
import type { Message } from "./email/types.ts";

/**
 * What an answer of Resend means for an attempt. What follows from it is decided in the database.
 *
 * - `unknown`: nobody knows whether the mail was taken; the same key finds that out
 * - `throttled`: not taken, too many requests just now
 * - `quota`: not taken, the plan's quota is used up
 * - `configuration`: not taken, somebody has to correct the key or the address of Resend
 * - `rejected`: not taken, and never will be
 * - `conflict`: the key has carried another mail, which may be out
 */
export type FailureOutcome =
  | "unknown"
  | "throttled"
  | "quota"
  | "configuration"
  | "rejected"
  | "conflict";

/** Why a mail is not known to be out. */
export interface SendFailure {
  outcome: FailureOutcome;
  /** In Resend's words. */
  error: string;
  /** In plain words, for whoever looks for what to correct. */
  reason: string;
  /** Seconds that Resend asks to wait; null when it does not say. */
  retryAfter: number | null;
  /** Whether the next mail would meet the same: the problem is not about this mail. */
  stopsBatch: boolean;
}

/** What came of one request to Resend. */
export type SendResult = { outcome: "sent"; resendId: string } | SendFailure;

/** Asks Resend to send one mail; the same key never sends twice. Never throws. */
export type SendMessage = (message: Message, idempotencyKey: string) => Promise<SendResult>;

/** Milliseconds; after that the outcome is unknown, and the same key finds it out the next time. */
const TIMEOUT = 15_000;

/** Connects to Resend, or to a server with the same API at `baseUrl`. */
export function createResend(
  { apiKey, baseUrl, timeout = TIMEOUT }: {
    apiKey: string;
    baseUrl: string | null;
    /** Milliseconds. */
    timeout?: number;
  },
): SendMessage {
  const resend = new Resend(apiKey, baseUrl === null ? {} : { baseUrl });

  return async (message, idempotencyKey) => {
    try {
      const { data, error, headers } = await resend.emails.send(message, {
        idempotencyKey,
        signal: AbortSignal.timeout(timeout),
      });
      if (error) {
        return {
          ...classify(error),
          error: `${error.statusCode ?? "no answer"} ${error.name}: ${error.message}`,
          retryAfter: parseRetryAfter(headers?.["retry-after"]),
        };
      }
      // A proxy in between can answer 200 with anything.
      if (typeof data?.id === "string") return { outcome: "sent", resendId: data.id };
      return unknownOutcome("Resend answered without an id");
    } catch (error) {
      return unknownOutcome(`no answer: ${error}`);
    }
  };
}

type Class = Pick<SendFailure, "outcome" | "reason" | "stopsBatch">;

/** What the status and the name of an error mean. Both come from outside and may be anything. */
function classify(
  { statusCode, name, message }: { statusCode: number | null; name: string; message: string },
): Class {
  if (isAboutTheKey(statusCode, message)) return CONFIGURATION;
  switch (statusCode) {
    case 401:
    case 404:
    case 405:
      return CONFIGURATION;
    case 403:
      return name === "validation_error"
        ? rejected(
          "Resend may not send it, most often as the sender's domain is not verified",
          message,
        )
        : CONFIGURATION;
    case 408:
      return UNKNOWN;
    case 409:
      return name === "invalid_idempotent_request" ? CONFLICT : IN_PROGRESS;
    case 429:
      return name === "daily_quota_exceeded" || name === "monthly_quota_exceeded"
        ? QUOTA
        : THROTTLED;
  }
  return typeof statusCode === "number" && statusCode >= 400 && statusCode < 500
    ? rejected("Resend does not accept it", message)
    : UNKNOWN;
}

/**
 * Whether Resend does not take the key. It has no name of its own for that: a wrong key is answered
 * 400 or 401, with the name of a mail that cannot be sent, and only the sentence tells them apart.
 */
function isAboutTheKey(statusCode: number | null, message: unknown): boolean {
  return typeof message === "string" && /^API key is (invalid|not active)/i.test(message) &&
    (statusCode === 400 || statusCode === 401 || statusCode === 403);
}

const UNKNOWN: Class = {
  outcome: "unknown",
  reason: "Resend gave no answer that says whether it has the mail; it is asked again.",
  stopsBatch: true,
};
const IN_PROGRESS: Class = {
  outcome: "unknown",
  reason: "Resend is still at work on this very mail; it is asked again.",
  stopsBatch: false,
};
const THROTTLED: Class = {
  outcome: "throttled",
  reason: "Too many mails at once for Resend; it is tried again.",
  stopsBatch: true,
};
const QUOTA: Class = {
  outcome: "quota",
  reason: "The quota of the plan at Resend is used up; it is tried again every hour.",
  stopsBatch: true,
};
const CONFIGURATION: Class = {
  outcome: "configuration",
  reason: "Resend lets nobody send with these settings: check RESEND_API_KEY and " +
    "RESEND_BASE_URL. It is tried again every hour.",
  stopsBatch: true,
};
const CONFLICT: Class = {
  outcome: "conflict",
  reason: "Resend has another text under the key of this mail, so that an earlier one may have " +
    "gone out: look there.",
  stopsBatch: false,
};

function rejected(what: string, message: string): Class {
  return { outcome: "rejected", reason: `${what}: ${message}`, stopsBatch: false };
}

function unknownOutcome(error: string): SendFailure {
  return { ...UNKNOWN, error, retryAfter: null };
}

/** Whole seconds, rounded up; the header holds seconds or a date. */
function parseRetryAfter(header: string | undefined): number | null {
  if (header === undefined) return null;
  const seconds = /^\d+(\.\d+)?$/.test(header.trim())
    ? Number(header)
    : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(seconds) ? Math.min(Math.max(0, Math.ceil(seconds)), 1_000_000) : null;
}
