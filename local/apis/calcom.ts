/** A stand-in for Cal.com's API: one part after the other is asked whether a call is for it. */
import { bearer, type Fault, keepRequest, type RecordedCall } from "./answers.ts";
import {
  calcomBookings,
  type CalcomState as BookingsState,
  emptyCalcom,
} from "./calcom-bookings.ts";
import { calcomWebhooks, KNOWN_TRIGGERS, type WebhooksState } from "./calcom-webhooks.ts";

/** What all parts of the stand-in have, for tests to look at and to change. */
export interface CalcomState extends BookingsState, WebhooksState {
  organization: BookingsState["organization"];
  calls: RecordedCall[];
  fault: Fault | null;
}

/** The stand-in. */
export interface CalcomStandIn {
  state: CalcomState;
  fetch(request: Request): Promise<Response>;
}

/** Opens the stand-in. @param takesHttp as a self-hosted server does */
export function openCalcom(
  { key, takesHttp = false }: { key: string; takesHttp?: boolean },
): CalcomStandIn {
  const state: CalcomState = {
    ...emptyCalcom({
      keys: [key],
      user: { id: 1, username: "mara", email: "mara@brightloom.example" },
    }),
    webhooks: [],
    knownTriggers: [...KNOWN_TRIGGERS],
    takesHttp,
    calls: [],
    fault: null,
  };
  const parts = [calcomWebhooks(state), calcomBookings(state)];

  return {
    state,
    fetch: async (request) => {
      const path = new URL(request.url).pathname.replace(/^.*?\/v2(?=\/)/, "");
      const { call, copy } = await keepRequest(request, path);
      state.calls.push(call);
      const fault = await state.fault?.(call);
      if (fault) return fault;
      if (!state.keys.includes(bearer(request))) {
        return refuse(401, "UnauthorizedException", "Your api key is not valid");
      }
      for (const part of parts) {
        const answer = await part(copy());
        if (answer !== null) return answer;
      }
      return refuse(404, "NotFoundException", `Cannot ${request.method} ${path}`);
    },
  };
}

function refuse(statusCode: number, code: string, message: string): Response {
  return Response.json({
    status: "error",
    timestamp: new Date().toISOString(),
    path: "/v2",
    error: { code, message, details: { message, error: code, statusCode } },
  }, { status: statusCode });
}
