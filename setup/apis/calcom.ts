/** Cal.com's API, as far as the set-up asks it. */
import { z } from "npm:zod@4.6.7";
import type { Redactor } from "../secrets.ts";
import { ApiError, type Ask, createAsk, type Failure } from "./http.ts";

const ME = z.object({
  data: z.object({
    username: z.string().nullish(),
    email: z.string(),
    organizationId: z.number().nullish(),
  }),
});
const TEAMS = z.object({ data: z.array(z.object({ id: z.number(), name: z.string() })) });
const WEBHOOK = z.object({
  id: z.union([z.string(), z.number()]).transform(String),
  subscriberUrl: z.string(),
  triggers: z.array(z.string()),
  active: z.boolean(),
  payloadTemplate: z.string().nullish(),
  secret: z.string().nullish(),
});
const BOOKINGS = z.object({
  data: z.array(z.unknown()),
  pagination: z.object({
    hasMore: z.boolean().optional(),
    totalItems: z.number().optional(),
  }).optional(),
});

export type Webhook = z.output<typeof WEBHOOK>;

/** Whose events a webhook gets: the path of its webhooks, and the scope as a person calls it. */
export interface Scope {
  path: string;
  name: string;
}

/** Who the key belongs to, and the widest scope that it may have webhooks in. */
export interface Account {
  email: string;
  username: string | null;
  scope: Scope;
  /** An organization whose webhooks this key may not touch. */
  hasClosedOrganization: boolean;
  /** Teams whose events no webhook of the scope gets. */
  teams: { id: number; name: string }[];
}

/** What a webhook has to be like. */
export interface WebhookWish {
  subscriberUrl: string;
  triggers: string[];
  active: true;
  secret: string;
  payloadTemplate?: "";
}

/** What the steps ask of Cal.com. */
export interface Calcom {
  readAccount(): Promise<Account>;
  readWebhooks(scope: Scope): Promise<Webhook[]>;
  /** @throws {ApiError} 409 when the scope has one with this address */
  createWebhook(scope: Scope, wish: WebhookWish): Promise<Webhook>;
  changeWebhook(scope: Scope, id: string, wish: Partial<WebhookWish>): Promise<Webhook>;
  /** Which contract of the bookings API the server speaks. */
  probeBookings(): Promise<"2026-05-01" | "2024-08-13">;
  /** The page where people look after webhooks. */
  page: string;
}

/** The scope of every key. */
export const OWN: Scope = { path: "/webhooks", name: "your own events" };

/** Asks with one key. */
export function createCalcom({ base, key, redactor, say }: {
  base: string;
  key: string;
  redactor: Redactor;
  say: (text: string) => void;
}): Calcom {
  const askWith = (headers: Record<string, string>): Ask =>
    createAsk({
      name: "Cal.com",
      base,
      baseSetting: "CALCOM_API_URL",
      headers: { authorization: `Bearer ${key}`, ...headers },
      readError,
      explain: (failure) => explain(failure, base),
      redactor,
      say,
    });
  const ask = askWith({});
  const one = z.object({ data: WEBHOOK });

  function hideSecret(webhook: Webhook): Webhook {
    redactor.hide(webhook.secret);
    return webhook;
  }

  return {
    page: pageOf(base, "webhooks"),
    readAccount: async () => {
      const { data: me } = await ask("/me", { answer: ME });
      const { email, username = null, organizationId = null } = me;
      if (organizationId !== null) {
        const path = `/organizations/${organizationId}/webhooks`;
        const isOpen = await ask(`${path}?take=1`, { answer: z.unknown() })
          .then(() => true, (error) => {
            if (error instanceof ApiError && [403, 404].includes(error.failure.status)) {
              return false;
            }
            throw error;
          });
        const scope = { path, name: "the whole organization" };
        if (isOpen) return { email, username, scope, hasClosedOrganization: false, teams: [] };
      }
      // A server without teams has no such path.
      const teams = await ask("/teams", { answer: TEAMS }).then(({ data }) => data, (error) => {
        if (error instanceof ApiError && [403, 404].includes(error.failure.status)) return [];
        throw error;
      });
      const hasClosedOrganization = organizationId !== null;
      return { email, username, scope: OWN, hasClosedOrganization, teams };
    },
    readWebhooks: async ({ path }) => {
      const all: Webhook[] = [];
      for (let skip = 0;; skip += 250) {
        const { data } = await ask(`${path}?take=250&skip=${skip}`, {
          answer: z.object({ data: z.array(WEBHOOK) }),
        });
        all.push(...data.map(hideSecret));
        if (data.length < 250) return all;
      }
    },
    createWebhook: async ({ path }, body) =>
      hideSecret((await ask(path, { method: "POST", body, answer: one })).data),
    changeWebhook: async ({ path }, id, body) =>
      hideSecret((await ask(`${path}/${id}`, { method: "PATCH", body, answer: one })).data),
    probeBookings: async () => {
      const probe = (version: string, paging: string) =>
        askWith({ "cal-api-version": version })(`/bookings?${paging}=1`, { answer: BOOKINGS });
      const isNewest = await probe("2026-05-01", "limit").then(
        ({ pagination }) => pagination?.hasMore !== undefined,
        (error) => {
          if (error instanceof ApiError && error.failure.status === 400) return false;
          throw error;
        },
      );
      if (isNewest) return "2026-05-01";
      await probe("2024-08-13", "take");
      return "2024-08-13";
    },
  };
}

function readError(body: unknown): { code: string; message: string } {
  const { error } = (body ?? {}) as {
    error?: { code?: unknown; message?: unknown; details?: { message?: unknown } };
  };
  const message = [error?.details?.message ?? error?.message ?? ""].flat().join("; ");
  return { code: String(error?.code ?? ""), message };
}

/** What to do about it, in this API. */
function explain({ status, message, path }: Failure, base: string): string | null {
  if (status === 401 && /licen[cs]e/i.test(message)) {
    return "Your Cal.com server wants a licence for its API (401): set CALCOM_LICENSE_KEY there.";
  }
  if (status === 401) {
    const other = base.includes("cal.eu") ? "https://api.cal.com/v2" : "https://api.cal.eu/v2";
    return "Cal.com does not know this API key (401): it is wrong, deleted or expired. Make one at " +
      `${
        pageOf(base, "api-keys")
      } and set CALCOM_API_KEY. An account of the other region needs CALCOM_API_URL=${other}.`;
  }
  if (status === 403) {
    return "This Cal.com key may not do this (403): it has the rights of its user. Use the key of " +
      "an administrator of the organization or team.";
  }
  if (status === 404 && path === "/me") {
    return `${base} is not the address of a Cal.com API (404): set CALCOM_API_URL to it, with its ` +
      `/v2 at the end.`;
  }
  if (status === 409) {
    return "Cal.com has a webhook with this address already (409), and does not show it to this " +
      `key. Delete it at ${pageOf(base, "webhooks")}, or use the key of the person who made it.`;
  }
  if (status === 400 && /url/i.test(message)) {
    return `Cal.com does not take this address for a webhook (400): ${message} It has to be one ` +
      `that it can reach over https.`;
  }
  return null;
}

/** A page of the settings; of a server of one's own nobody knows for sure where its pages are. */
function pageOf(base: string, name: "webhooks" | "api-keys"): string {
  const { hostname, origin } = new URL(base);
  return hostname.startsWith("api.")
    ? `${origin.replace("//api.", "//app.")}/settings/developer/${name}`.replace(
      "app.cal.eu",
      "cal.eu",
    )
    : `your Cal.com, Settings → Developer → ${name === "webhooks" ? "Webhooks" : "API keys"}`;
}
