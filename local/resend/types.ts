/** A mail that the sandbox accepted, as `GET /inbox/messages` shows it. */
export interface Mail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  html: string | null;
  text: string | null;
  /** What the sender chose, with lower-case names. */
  headers: Record<string, string>;
  reply_to: string[];
  /** Their content is base64. */
  attachments: { filename: string; content_type: string; content: string }[];
  idempotency_key: string | null;
  /** ISO 8601. */
  created_at: string;
}

/** A body of `POST /emails`, as far as the sandbox reads it. */
export interface Payload {
  from: string;
  to: string | string[];
  subject: string;
  html?: string;
  text?: string;
  reply_to?: string | string[];
  headers?: Record<string, string>;
  attachments?: Mail["attachments"];
  tags?: { name: string; value: string }[];
}

/** A mail as it is kept: with what was posted, which tells a repetition from another mail. */
export interface StoredMail {
  id: string;
  idempotency_key: string | null;
  created_at: string;
  payload: Payload;
}

/** An answer of Resend's that is no success. */
export interface Refusal {
  status: number;
  name: string;
  message?: string;
  headers?: Record<string, string>;
}

/** What is reported about a mail, like `email.bounced` and more about it. */
export interface Report {
  type: string;
  data?: Record<string, unknown>;
}

/** A report, and for tests how it is delivered. */
export interface ReportOptions extends Report {
  /** The `svix-id`; a new one unless told otherwise. */
  id?: string;
  signedAt?: Date;
  /** Signs it instead of the sandbox's own secret. */
  secret?: string;
}

/** What the sandbox needs from outside. */
export interface SandboxOptions {
  /** The one key that is valid. */
  apiKey: string;
  /** Signs what it reports about its mails, like `whsec_…`. */
  webhookSecret: string;
  /** File to keep the mails in, or null to keep them in memory. */
  file: string | null;
  /** The domains mail may come from, read at each mail. */
  verifiedDomains: () => Promise<string[]>;
  /** Hands a report on a mail to a test address to the webhook; without it nothing is reported. */
  report?: (report: Request) => Promise<Response>;
}

/** Answers like Resend's mail endpoint and keeps what it accepted. */
export interface Sandbox {
  /** `POST /emails`; everything else is a 404. */
  fetch(request: Request, path: string): Promise<Response>;
  /** Accepted mails, newest first. */
  messages(): Mail[];
  /** For tests: the next mail is refused in this way and not kept. */
  refuseNext(refusal: Refusal): void;
  /** For tests: the next mail is kept, but its response is lost on the way. */
  dropNextResponse(): void;
  /** For tests: the next mail is kept, but the response says otherwise. */
  corruptNextResponse(refusal: Refusal): void;
  /** For tests: the next mail is kept; its response comes when it is released. */
  holdNextResponse(): { arrived: Promise<void>; release: () => void };
  /** What Resend would post about an accepted mail: a report, signed as Svix does. */
  report(mailId: string, report: ReportOptions): Request;
  /** Gives up the reports that are still to be made. */
  close(): Promise<void>;
}
