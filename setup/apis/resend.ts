/** Resend's API, as far as the set-up asks it. */
import { z } from "npm:zod@4.6.7";
import type { Redactor } from "../secrets.ts";
import { ApiError, createAsk, type Failure, quote } from "./http.ts";

const DOMAIN = z.object({
  id: z.string(),
  name: z.string().transform((name) => name.toLowerCase()),
  status: z.string(),
  capabilities: z.object({ sending: z.string().optional() }).optional(),
});
const RECORD = z.object({
  record: z.string(),
  name: z.string(),
  type: z.string(),
  value: z.string(),
  status: z.string().default(""),
  priority: z.union([z.number(), z.string()]).nullish(),
});
const WEBHOOK = z.object({
  id: z.string(),
  endpoint: z.string(),
  events: z.array(z.string()).nullish().transform((events) => events ?? []),
  status: z.string().default("enabled"),
});
const KEYS = z.object({ id: z.string(), name: z.string() });

export type Domain = z.output<typeof DOMAIN>;
export type DnsRecord = z.output<typeof RECORD>;
export type ResendWebhook = z.output<typeof WEBHOOK>;

/** What the steps ask of Resend. */
export interface Resend {
  /** Whether the key is alive, and what it may do. */
  probeKey(): Promise<"full" | "sending">;
  readDomains(): Promise<Domain[]>;
  /** What has to stand in the DNS of a domain. */
  readRecords(id: string): Promise<DnsRecord[]>;
  createDomain(name: string, region: string): Promise<void>;
  /** Has Resend look at the DNS again; the answer comes later. */
  verifyDomain(id: string): Promise<void>;
  readWebhooks(): Promise<ResendWebhook[]>;
  readSigningSecret(id: string): Promise<string>;
  createWebhook(wish: { endpoint: string; events: string[] }): Promise<void>;
  changeWebhook(
    id: string,
    wish: { endpoint?: string; events?: string[]; status?: "enabled" },
  ): Promise<void>;
  readKeys(): Promise<{ id: string; name: string }[]>;
  /** Makes a key that can send and nothing else. */
  createSendingKey(name: string): Promise<{ id: string; token: string }>;
  deleteKey(id: string): Promise<void>;
}

/** Asks with one key. */
export function createResend({ base, key, redactor, say }: {
  base: string;
  key: string;
  redactor: Redactor;
  say: (text: string) => void;
}): Resend {
  const ask = createAsk({
    name: "Resend",
    base,
    baseSetting: "RESEND_BASE_URL",
    headers: { authorization: `Bearer ${key}` },
    readError: (body) => {
      const { name, message } = (body ?? {}) as { name?: unknown; message?: unknown };
      return { code: String(name ?? ""), message: typeof message === "string" ? message : "" };
    },
    explain,
    redactor,
    say,
  });
  const listOf = <T>(item: z.ZodType<T>) =>
    z.object({ data: z.array(item), has_more: z.boolean().optional() });

  /** Reads a list to its end. */
  async function readAll<T extends { id: string }>(path: string, item: z.ZodType<T>): Promise<T[]> {
    const all: T[] = [];
    for (let more = true; more;) {
      const after = all.length === 0 ? "" : `&after=${all.at(-1)!.id}`;
      const { data, has_more = false } = await ask(`${path}?limit=100${after}`, {
        answer: listOf(item),
      });
      all.push(...data);
      more = has_more && data.length > 0;
    }
    return all;
  }

  return {
    probeKey: async () => {
      try {
        await ask("/domains?limit=1", { answer: z.unknown() });
        return "full";
      } catch (error) {
        // The key is alive: Resend knows that it may send and nothing else.
        if (error instanceof ApiError && isRestricted(error.failure)) {
          return "sending";
        }
        throw error;
      }
    },
    readDomains: () => readAll("/domains", DOMAIN),
    readRecords: async (id) => {
      const answer = z.object({ records: z.array(RECORD).default([]) });
      return (await ask(`/domains/${id}`, { answer })).records;
    },
    createDomain: async (name, region) => {
      await ask("/domains", { method: "POST", body: { name, region }, answer: z.unknown() });
    },
    verifyDomain: async (id) => {
      await ask(`/domains/${id}/verify`, { method: "POST", answer: z.unknown() });
    },
    readWebhooks: () => readAll("/webhooks", WEBHOOK),
    readSigningSecret: async (id) => {
      const answer = z.object({ signing_secret: z.string().min(1) });
      const { signing_secret } = await ask(`/webhooks/${id}`, { answer });
      return redactor.hide(signing_secret);
    },
    createWebhook: async (body) => {
      const answer = z.object({ signing_secret: z.string().optional() });
      const { signing_secret } = await ask("/webhooks", { method: "POST", body, answer });
      redactor.hide(signing_secret);
    },
    changeWebhook: async (id, body) => {
      await ask(`/webhooks/${id}`, { method: "PATCH", body, answer: z.unknown() });
    },
    readKeys: () => readAll("/api-keys", KEYS),
    createSendingKey: async (name) => {
      const answer = z.object({ id: z.string(), token: z.string().min(1) });
      const body = { name, permission: "sending_access" };
      const made = await ask("/api-keys", { method: "POST", body, answer });
      redactor.hide(made.token);
      return made;
    },
    deleteKey: async (id) => {
      await ask(`/api-keys/${id}`, { method: "DELETE", answer: z.unknown() });
    },
  };
}

/**
 * Whether Resend does not take the key at all. A wrong one is answered 400 or 401 as if something in
 * the request were wrong; only the sentence tells. Documented is 403 `invalid_api_key`.
 */
export function isKeyDead({ status, code, message }: Failure): boolean {
  return /^API key is (invalid|not active)/i.test(message) || code === "invalid_api_key" ||
    (status === 401 && code !== "restricted_api_key");
}

/** Whether the key is alive, and may send and nothing else. */
function isRestricted(failure: Failure): boolean {
  return failure.code === "restricted_api_key" && !isKeyDead(failure);
}

/** What to do about it, in this API. */
function explain(failure: Failure): string | null {
  const { status, message, method, path } = failure;
  if (isRestricted(failure)) {
    return "This Resend key can only send. The set-up needs one with full access, for as long as it " +
      "runs: make it at https://resend.com/api-keys, set RESEND_API_KEY, and delete it afterwards.";
  }
  if (isKeyDead(failure)) {
    return `Resend does not know this key (${status}): it is wrong or deleted. Make one with full ` +
      `access at https://resend.com/api-keys and set RESEND_API_KEY.`;
  }
  if (status === 403 && method === "POST" && path === "/domains") {
    return `Resend adds no domain (403).${quote(message)} Your plan may allow no more: look at ` +
      `https://resend.com/domains, delete one or change the plan.`;
  }
  if (status === 403) {
    return message === ""
      ? "Resend does not allow this (403), and does not say why: look at what the key may do, at " +
        "https://resend.com/api-keys, and at what is between here and Resend (a proxy, a firewall)."
      : `Resend does not allow this (403).${quote(message)}`;
  }
  return null;
}
