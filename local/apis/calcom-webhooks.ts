/** A stand-in for the webhooks of Cal.com's API, made from its documented shapes. */

/** A webhook, and where it is. */
export interface StandInWebhook {
  id: string;
  /** The path of its scope, like `/webhooks` or `/organizations/7/webhooks`. */
  scope: string;
  subscriberUrl: string;
  triggers: string[];
  active: boolean;
  payloadTemplate: string | null;
  secret: string | null;
  version: string;
}

/** What the stand-in has, for tests to look at and to change. */
export interface WebhooksState {
  webhooks: StandInWebhook[];
  /** The names that the server knows. */
  knownTriggers: string[];
  /** An organization, and whether the key's user may look after its webhooks. */
  organization: { id: number; isAdmin: boolean } | null;
  /** As a self-hosted server does; Cal.com's own takes https and public addresses only. */
  takesHttp: boolean;
}

/** The names of Cal.com's own server, as far as they are about bookings. */
export const KNOWN_TRIGGERS: readonly string[] = [
  ...["BOOKING_CREATED", "BOOKING_REQUESTED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED"],
  ...["BOOKING_REJECTED", "BOOKING_PAYMENT_INITIATED", "BOOKING_PAID", "BOOKING_REASSIGNED"],
  ...["BOOKING_LOCATION_UPDATED", "BOOKING_NO_SHOW_UPDATED", "MEETING_STARTED", "MEETING_ENDED"],
  ...["RECORDING_READY", "INSTANT_MEETING", "FORM_SUBMITTED", "OOO_CREATED"],
];

const PATH = /^(\/webhooks|\/organizations\/(\d+)\/webhooks)(?:\/([^/]+))?$/;

/** Answers the calls on webhooks; null for every other path. The path is what follows `/v2`. */
export function calcomWebhooks(
  state: WebhooksState,
): (request: Request) => Promise<Response | null> {
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const [, scope, organizationId, id] = PATH.exec(pathname.replace(/^.*?\/v2(?=\/)/, "")) ?? [];
    if (scope === undefined) return null;
    const { organization } = state;
    if (organizationId !== undefined) {
      if (organization?.id !== Number(organizationId) || !organization.isAdmin) {
        return refuse(403, "ForbiddenException", "You do not have the organization permission.");
      }
    }
    const here = state.webhooks.filter((webhook) => webhook.scope === scope);
    if (id === undefined && request.method === "GET") {
      const skip = Number(searchParams.get("skip") ?? 0);
      const take = Math.min(Number(searchParams.get("take") ?? 250), 250);
      return succeed(here.slice(skip, skip + take).map(show));
    }
    if (id === undefined && request.method === "POST") {
      const body = await request.json() as Partial<StandInWebhook>;
      const mistake = findMistake(body, here, state);
      if (mistake) return mistake;
      const webhook: StandInWebhook = {
        id: crypto.randomUUID(),
        scope,
        subscriberUrl: body.subscriberUrl!,
        triggers: body.triggers!,
        active: body.active!,
        payloadTemplate: body.payloadTemplate || null,
        secret: body.secret ?? null,
        version: body.version ?? "2021-10-20",
      };
      state.webhooks.push(webhook);
      return succeed(show(webhook), 201);
    }
    const webhook = here.find((one) => one.id === id);
    if (webhook === undefined) return refuse(404, "NotFoundException", "Webhook not found.");
    if (request.method === "PATCH") {
      const body = await request.json() as Partial<StandInWebhook>;
      const others = here.filter((one) => one !== webhook);
      const mistake = findMistake({ ...webhook, ...body }, others, state);
      if (mistake) return mistake;
      Object.assign(webhook, body, { payloadTemplate: body.payloadTemplate || null });
    }
    if (request.method === "DELETE") {
      state.webhooks = state.webhooks.filter((one) => one !== webhook);
    }
    return succeed(show(webhook));
  };
}

function findMistake(
  { subscriberUrl = "", triggers = [], active }: Partial<StandInWebhook>,
  others: StandInWebhook[],
  { knownTriggers, takesHttp }: WebhooksState,
): Response | null {
  const unknown = triggers.filter((name) => !knownTriggers.includes(name));
  if (unknown.length > 0 || active === undefined) {
    return refuse(400, "BadRequestException", [
      `each value in triggers must be one of the following values: ${knownTriggers.join(", ")}`,
    ]);
  }
  if (!takesHttp && !/^https:\/\/(?!localhost|127\.)/.test(subscriberUrl)) {
    return refuse(400, "BadRequestException", "Subscriber URL is not allowed.");
  }
  // The whole text counts, its query included.
  if (others.some((one) => one.subscriberUrl === subscriberUrl)) {
    return refuse(
      409,
      "ConflictException",
      "Webhook with this subscriber url already exists for this user",
    );
  }
  return null;
}

/** As the API shows it, its secret included. */
function show({ scope, ...webhook }: StandInWebhook): Record<string, unknown> {
  return { ...webhook, ...(scope === "/webhooks" ? { userId: 1 } : { teamId: 7 }) };
}

function succeed(data: unknown, status = 200): Response {
  return Response.json({ status: "success", data }, { status });
}

function refuse(statusCode: number, code: string, message: string | string[]): Response {
  return Response.json({
    status: "error",
    timestamp: new Date().toISOString(),
    path: "/v2",
    error: { code, message: code, details: { message, error: code, statusCode } },
  }, { status: statusCode });
}
