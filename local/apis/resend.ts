/**
 * A stand-in for Resend's management API around the sandbox of its mails, made from the documented
 * shapes: domains, keys and webhooks.
 */
import { bearer, type Fault, keepRequest, type RecordedCall } from "./answers.ts";

/** A domain with what has to stand in its DNS. */
export interface StandInDomain {
  id: string;
  name: string;
  status: string;
  capabilities: { sending: string; receiving: string };
}

/** What the stand-in has, for tests to look at and to change. */
export interface ResendState {
  domains: StandInDomain[];
  webhooks: {
    id: string;
    endpoint: string;
    events: string[];
    status: string;
    signing_secret: string;
  }[];
  keys: { id: string; name: string; permission: "full_access" | "sending_access"; token: string }[];
  /** Whether the records stand in the DNS when it is looked at. */
  isDnsSet: boolean;
  calls: RecordedCall[];
  fault: Fault | null;
}

/** The stand-in. */
export interface ResendStandIn {
  state: ResendState;
  fetch(request: Request, path: string): Promise<Response>;
}

/** Opens the stand-in. */
export function openResend(
  { fullKey, signingSecret = () => `whsec_${btoa(crypto.randomUUID())}`, send }: {
    /** A key that may do everything. */
    fullKey: string;
    /** What a new webhook signs with. */
    signingSecret?: () => string;
    /** Takes the mails of whoever has a key. */
    send?: (request: Request, path: string) => Promise<Response>;
  },
): ResendStandIn {
  const state: ResendState = {
    domains: [],
    webhooks: [],
    keys: [{ id: crypto.randomUUID(), name: "full", permission: "full_access", token: fullKey }],
    isDnsSet: false,
    calls: [],
    fault: null,
  };

  async function answer(request: Request, path: string, body: unknown): Promise<Response> {
    const { method } = request;
    // Cloudflare's, before Resend sees anything.
    if (!request.headers.get("user-agent")) return refuse(403, "1010", "error code: 1010");
    const token = bearer(request);
    if (token === "") return refuse(401, "missing_api_key", "Missing API Key");
    const key = state.keys.find((one) => one.token === token);
    // So it answers; its documentation has 403 and another name for it.
    if (key === undefined) return refuse(400, "validation_error", "API key is invalid");
    if (path === "/emails" && send) return await send(request, path);
    if (key.permission !== "full_access") {
      return refuse(401, "restricted_api_key", "This API key is restricted to only send emails");
    }
    const [, collection = "", id, action] = path.split("/");
    const values = body as Record<string, unknown>;
    switch (`${method} /${collection}${id ? "/:id" : ""}${action ? `/${action}` : ""}`) {
      case "GET /domains":
        return list(request, state.domains);
      case "POST /domains":
        return addDomain(values);
      case "GET /domains/:id":
        return one(state.domains.find((domain) => domain.id === id), (domain) => ({
          ...domain,
          records: recordsOf(domain),
        }));
      case "POST /domains/:id/verify":
        return one(state.domains.find((domain) => domain.id === id), (domain) => {
          domain.status = state.isDnsSet ? "verified" : "pending";
          return { object: "domain", id: domain.id };
        });
      case "GET /webhooks":
        return list(request, state.webhooks.map(({ signing_secret: _, ...webhook }) => webhook));
      case "POST /webhooks": {
        const webhook = {
          id: crypto.randomUUID(),
          endpoint: values.endpoint as string,
          events: values.events as string[],
          status: "enabled",
          signing_secret: signingSecret(),
        };
        state.webhooks.push(webhook);
        const { id, signing_secret } = webhook;
        return Response.json({ object: "webhook", id, signing_secret }, { status: 201 });
      }
      case "GET /webhooks/:id":
        return one(state.webhooks.find((webhook) => webhook.id === id), (webhook) => webhook);
      case "PATCH /webhooks/:id":
        return one(state.webhooks.find((webhook) => webhook.id === id), (webhook) => {
          Object.assign(webhook, values);
          return { object: "webhook", id: webhook.id };
        });
      case "GET /api-keys":
        return list(
          request,
          state.keys.map(({ id, name }) => ({ id, name, created_at: "", last_used_at: null })),
        );
      case "POST /api-keys": {
        const made = {
          id: crypto.randomUUID(),
          name: values.name as string,
          permission: values.permission as "sending_access",
          token: `re_${crypto.randomUUID().replaceAll("-", "")}`,
        };
        state.keys.push(made);
        return Response.json({ id: made.id, token: made.token }, { status: 201 });
      }
      case "DELETE /api-keys/:id":
        state.keys = state.keys.filter((one) => one.id !== id);
        return Response.json({});
      default:
        return refuse(404, "not_found", "The requested endpoint does not exist");
    }
  }

  function addDomain({ name }: { name?: string }): Response {
    if (name === undefined || state.domains.some((domain) => domain.name === name)) {
      return refuse(403, "validation_error", `The ${name} domain has been registered already.`);
    }
    const domain = {
      id: crypto.randomUUID(),
      name,
      status: "not_started",
      capabilities: { sending: "enabled", receiving: "disabled" },
    };
    state.domains.push(domain);
    return Response.json({ object: "domain", ...domain, records: recordsOf(domain) }, {
      status: 201,
    });
  }

  return {
    state,
    fetch: async (request, path) => {
      const { call, copy } = await keepRequest(request, path);
      state.calls.push(call);
      return await state.fault?.(call) ?? await answer(copy(), path, call.body);
    },
  };
}

function recordsOf({ name, status }: StandInDomain): unknown[] {
  const value = "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDk";
  const common = { ttl: "Auto", status: status === "verified" ? "verified" : "not_started" };
  return [
    { record: "DKIM", name: `resend._domainkey.${name}`, type: "TXT", value, ...common },
    {
      ...{ record: "SPF", name: `send.${name}`, type: "MX", priority: 10 },
      ...{ value: "feedback-smtp.eu-west-1.amazonses.com", ...common },
    },
    {
      ...{ record: "SPF", name: `send.${name}`, type: "TXT" },
      ...{ value: "v=spf1 include:amazonses.com ~all", ...common },
    },
  ];
}

/** A page of a list, as `limit` and `after` ask for it. */
function list(request: Request, all: { id: string }[]): Response {
  const { searchParams } = new URL(request.url);
  const limit = Number(searchParams.get("limit") ?? 20);
  const start = all.findIndex(({ id }) => id === searchParams.get("after")) + 1;
  const data = all.slice(start, start + limit);
  return Response.json({ object: "list", has_more: start + limit < all.length, data });
}

function one<T>(item: T | undefined, describe: (item: T) => unknown): Response {
  if (item === undefined) return refuse(404, "not_found", "Not found");
  return Response.json(describe(item));
}

function refuse(statusCode: number, name: string, message: string): Response {
  return Response.json({ statusCode, name, message }, { status: statusCode });
}
