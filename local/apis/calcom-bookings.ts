/** A row of the bookings API, as either contract shows it. */
export type ApiBooking = Record<string, unknown> & {
  uid: string;
  status: string;
  start: string;
  end: string;
  createdAt: string;
  updatedAt: string | null;
};

/** What Cal.com knows, and how it misbehaves. Tests fill and change it while it runs. */
export interface CalcomState {
  bookings: ApiBooking[];
  /** Whose the key is. */
  user: { id: number; email: string; username?: string; name?: string };
  /** Whether its bookings may be read with the key; null: there is none. */
  organization: { id: number; isAdmin: boolean; bookings?: ApiBooking[] } | null;
  teams: { id: number; name?: string; isAdmin: boolean; bookings?: ApiBooking[] }[];
  /** Keys that are accepted. */
  keys: string[];
  /** The newest contract that the server speaks. */
  contract: "2026-05-01" | "2024-08-13";
  faults: CalcomFaults;
  /** Every request for bookings, as path and query, with the version that it asked for. */
  requests: { path: string; version: string | null }[];
}

/** What is known to go wrong. */
export interface CalcomFaults {
  /** Uids that break the page they are on: 400 (#16925, #17777). */
  odd?: string[];
  /** A filter that the server does not know: 400 whenever it is asked for. */
  unknownFilter?: string;
  /** The filters by time change nothing (#18010). */
  ignoresFilters?: boolean;
  /** Requests until the next one is answered 429; counts down. */
  requestsLeft?: number;
  /** Seconds that a 429 asks to wait. */
  wait?: number;
  /** Answers so many requests with this status, and counts down. */
  status?: { code: number; times: number; message?: string };
  /** Answers in a shape that nobody knows. */
  hasAnotherShape?: boolean;
  /** Cursors of before are not understood. */
  forgetsCursors?: boolean;
}

/** A Cal.com without bookings, whose key is that of one user. */
export function emptyCalcom(more: Partial<CalcomState> = {}): CalcomState {
  return {
    bookings: [],
    user: { id: 412, email: "greta@host.test", username: "greta", name: "Greta Host" },
    organization: null,
    teams: [],
    keys: ["cal_test_key"],
    contract: "2026-05-01",
    faults: {},
    requests: [],
    ...more,
  };
}

/**
 * The part of Cal.com's API that tells of bookings: `/me`, `/teams`, and the lists of the user, of a
 * team and of an organization, in both contracts, with limits, errors and known faults.
 *
 * @returns answers a request; null for a path of another part
 */
export function calcomBookings(
  state: CalcomState,
): (request: Request) => Promise<Response | null> {
  return (request) => Promise.resolve(answer(state, request));
}

function answer(state: CalcomState, request: Request): Response | null {
  const url = new URL(request.url);
  const path = url.pathname.replace(/^.*?\/v2(?=\/)/, "");
  const [, scope, id] = /^\/(me|teams|bookings)$/.exec(path) ??
    /^\/(organizations|teams)\/(\d+)\/bookings$/.exec(path) ?? [];
  if (scope === undefined || request.method !== "GET") return null;

  const { faults } = state;
  const version = request.headers.get("cal-api-version");
  state.requests.push({ path: `${path}${url.search}`, version });
  if (faults.status !== undefined && faults.status.times > 0) {
    faults.status.times--;
    const { code, message = "Sorry" } = faults.status;
    return refuse(code, "InternalServerErrorException", message, path);
  }
  const key = request.headers.get("authorization")?.replace(/^Bearer /, "") ?? "";
  if (!state.keys.includes(key)) {
    return refuse(401, "UnauthorizedException", "API key is not valid or is expired", path);
  }
  if (faults.requestsLeft !== undefined && faults.requestsLeft-- <= 0) {
    delete faults.requestsLeft;
    const response = refuse(429, "ThrottlerException", "Too Many Requests", path);
    response.headers.set("x-ratelimit-reset-default", `${faults.wait ?? 1}`);
    return response;
  }

  if (scope === "me") {
    return succeed({
      data: {
        name: null,
        ...state.user,
        timeZone: "Europe/Stockholm",
        locale: "en",
        organizationId: state.organization?.id ?? null,
      },
    });
  }
  if (path === "/teams") {
    return succeed({ data: state.teams.map(({ id, name = `Team ${id}` }) => ({ id, name })) });
  }
  return list(state, url, version, scope, Number(id), path);
}

function list(
  state: CalcomState,
  { searchParams: query }: URL,
  version: string | null,
  scope: string,
  id: number,
  path: string,
): Response {
  const owner = scope === "organizations"
    ? [state.organization].find((one) => one?.id === id)
    : state.teams.find((one) => one.id === id);
  if (scope !== "bookings" && owner?.isAdmin !== true) {
    return refuse(403, "ForbiddenException", "Insufficient permissions", path);
  }
  const { faults } = state;
  if (faults.hasAnotherShape) return succeed({ bookings: [], total: 0 });
  if (faults.unknownFilter !== undefined && query.has(faults.unknownFilter)) {
    const message = `property ${faults.unknownFilter} should not exist`;
    return refuse(400, "BadRequestException", message, path);
  }

  const rows = (owner?.bookings ?? state.bookings).filter((row) => isWithin(row, query, faults));
  // Teams have only the older list; a version that nobody knows is answered by the oldest one.
  const isNew = version === "2026-05-01" && state.contract === "2026-05-01" && scope !== "teams";
  if (!isNew && version !== "2024-08-13" && version !== "2026-05-01") return succeed({ data: {} });
  return isNew ? byCursor(rows, query, faults, path) : byOffset(rows, query, faults, path);
}

function byCursor(
  rows: ApiBooking[],
  query: URLSearchParams,
  faults: CalcomFaults,
  path: string,
): Response {
  const limit = Number(query.get("limit") ?? 50);
  if (!(limit >= 1 && limit <= 100) || query.has("take") || query.has("skip")) {
    return refuse(400, "BadRequestException", "limit must not be greater than 100", path);
  }
  const cursor = query.get("cursor");
  if (cursor !== null && faults.forgetsCursors) {
    return refuse(400, "BadRequestException", "Invalid cursor", path);
  }
  // By uid, from the last to the first, as the newer list is.
  const sorted = rows.toSorted((one, other) => one.uid < other.uid ? 1 : -1)
    .filter(({ uid }) => cursor === null || uid < atob(cursor).slice(3));
  const page = sorted.slice(0, limit);
  if (isOdd(page, faults)) return refuse(400, "BadRequestException", "Bad Request", path);
  const hasMore = sorted.length > limit;
  const nextCursor = hasMore ? btoa(`v1:${page.at(-1)!.uid}`) : null;
  return succeed({ data: page, pagination: { nextCursor, hasMore } });
}

function byOffset(
  rows: ApiBooking[],
  query: URLSearchParams,
  faults: CalcomFaults,
  path: string,
): Response {
  const take = Number(query.get("take") ?? 100);
  const skip = Number(query.get("skip") ?? 0);
  if (!(take >= 1 && take <= 250) || query.has("limit") || query.has("cursor")) {
    return refuse(400, "BadRequestException", "take must not be greater than 250", path);
  }
  const key = query.has("sortUpdatedAt") ? "updatedAt" : query.has("sortStart") ? "start" : "uid";
  const sorted = rows.toSorted((one, other) => `${one[key]}` < `${other[key]}` ? -1 : 1);
  const page = sorted.slice(skip, skip + take);
  if (isOdd(page, faults)) return refuse(400, "BadRequestException", "Bad Request", path);
  return succeed({
    data: page,
    pagination: {
      // The totals count what the filters leave out.
      totalItems: rows.length + 7,
      remainingItems: rows.length + 7 - skip - page.length,
      returnedItems: page.length,
      itemsPerPage: take,
      currentPage: Math.floor(skip / take) + 1,
      totalPages: Math.ceil((rows.length + 7) / take),
      hasNextPage: skip + page.length < rows.length + 7,
      hasPreviousPage: skip > 0,
    },
  });
}

function isWithin(row: ApiBooking, query: URLSearchParams, faults: CalcomFaults): boolean {
  if (faults.ignoresFilters) return true;
  const bound = (name: string) => Date.parse(query.get(name) ?? "");
  const [from, to] = [bound("afterUpdatedAt"), bound("beforeUpdatedAt")];
  const [start, end] = [bound("afterStart"), bound("beforeEnd")];
  const updated = Date.parse(row.updatedAt ?? "");
  return !(updated < from || updated > to) && !(Date.parse(row.start) < start) &&
    !(Date.parse(row.end) > end) && !(!isNaN(from) && isNaN(updated));
}

function isOdd(page: ApiBooking[], { odd = [] }: CalcomFaults): boolean {
  return page.some(({ uid }) => odd.includes(uid));
}

function succeed(body: Record<string, unknown>): Response {
  return Response.json({ status: "success", ...body });
}

function refuse(status: number, code: string, message: string, path: string): Response {
  return Response.json({
    status: "error",
    timestamp: new Date().toISOString(),
    path,
    error: { code, message, details: { message, error: code, statusCode: status } },
  }, { status });
}
