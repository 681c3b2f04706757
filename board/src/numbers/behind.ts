/** The rows that a number is made of, by what its link says. */
import { askCount, type List } from "../ui/list.ts";
import { supabase, type View } from "../supabase.ts";
import { NOBODY } from "./number-link.tsx";
import { formatSpan } from "./format.ts";

export type Meeting = View<"board_meetings">;
export type Deal = View<"board_deals">;

/** What the link of a number says. */
export interface Filter {
  states: string[] | null;
  since: string | null;
  until: string | null;
  brand: string | null;
  host: string | null;
}

export function readFilter(params: URLSearchParams): Filter {
  return {
    states: params.get("state")?.split(",") ?? null,
    since: params.get("since"),
    until: params.get("until"),
    brand: params.get("brand"),
    host: params.get("host"),
  };
}

/** The filter in words, for a line above the rows. */
export function describeFilter(filter: Filter, verb: string): string {
  return [
    `${verb} ${formatSpan(filter.since, filter.until)}`,
    filter.brand && (filter.brand === NOBODY ? "no brand" : filter.brand),
    filter.host && (filter.host === NOBODY ? "no host" : filter.host),
  ].filter(Boolean).join(" · ");
}

export function meetingsOf(filter: Filter): List<Meeting> {
  return {
    from: () =>
      narrow(
        supabase().from("board_meetings").select(),
        filter,
        "booked_at",
        "state",
      ),
    time: "booked_at",
    id: "booking_id",
  };
}

export function dealsOf(filter: Filter): List<Deal> {
  return {
    from: () =>
      narrow(
        supabase().from("board_deals").select(),
        filter,
        "opened_at",
        "deal_stage",
      ),
    time: "opened_at",
    id: "deal_id",
  };
}

export async function countMeetings(filter: Filter): Promise<number> {
  const request = supabase().from("board_meetings").select("booking_id", {
    count: "exact",
    head: true,
  });
  return await askCount(narrow(request, filter, "booked_at", "state"));
}

export async function countDeals(filter: Filter): Promise<number> {
  const request = supabase().from("board_deals").select("deal_id", {
    count: "exact",
    head: true,
  });
  return await askCount(narrow(request, filter, "opened_at", "deal_stage"));
}

/** What both kinds of request can do. */
interface Narrowable {
  in(column: string, values: string[]): this;
  gte(column: string, value: string): this;
  lt(column: string, value: string): this;
  eq(column: string, value: string): this;
  is(column: string, value: null): this;
}

function narrow<Request extends Narrowable>(
  request: Request,
  { states, since, until, brand, host }: Filter,
  time: string,
  state: string,
): Request {
  if (states) request = request.in(state, states);
  if (since) request = request.gte(time, since);
  if (until) request = request.lt(time, until);
  for (const [column, name] of [["brand", brand], ["host", host]] as const) {
    if (name === NOBODY) request = request.is(column, null);
    else if (name) request = request.eq(column, name);
  }
  return request;
}
