import { isObject } from "./calcom.ts";

/** The contracts of `GET /bookings`, the newest first. */
export const CONTRACTS = ["2026-05-01", "2024-08-13"] as const;
export type Contract = typeof CONTRACTS[number];

/** Where bookings are listed, and whose of them count; null: everybody's. */
export interface Source {
  path: string;
  hostIds: string[] | null;
}

/** Moments; null has no bound. */
type Window = [from: string | null, to: string | null];

/** Where a pass is: what it still has to read, and how. Kept in the database between two calls. */
export interface Place {
  sources: Source[];
  /** Null: not known yet. */
  contract: Contract | null;
  /** By the last update or by the start of a meeting; the first one is being read. */
  windows: Window[];
  /** The whole range, for the next source. */
  range: Window;
  /** Of the newer contract. */
  cursor: string | null;
  /** Of the older one: rows from the beginning of the window that were read. */
  skip: number;
  size: number;
  /** Rows of a whole page. */
  pageSize: number;
}

/** Which moment of a row a pass goes by. */
export interface Field {
  name: "updatedAt" | "start";
  /** Of a row, what has to be before the end of the range. */
  end: "updatedAt" | "end";
  from: string;
  to: string;
  sort: string;
}

const STARTS = {
  name: "start",
  end: "end",
  from: "afterStart",
  to: "beforeEnd",
  sort: "sortStart",
} as const;

export const FIELDS = {
  updates: {
    name: "updatedAt",
    end: "updatedAt",
    from: "afterUpdatedAt",
    to: "beforeUpdatedAt",
    sort: "sortUpdatedAt",
  },
  window: STARTS,
  backfill: STARTS,
} as const satisfies Record<string, Field>;

/** Rows; what the newer contract gives at most. */
export const PAGE_SIZE = 100;

/** A window that cannot be read is halved down to this; then it is left out. Milliseconds. */
const SMALLEST_WINDOW = 3_600_000;

/** Where a pass begins. */
export function beginPlace(
  sources: Source[],
  [from, to]: Window,
  pageSize: number,
): Place {
  return {
    sources,
    contract: null,
    windows: [[from, to]],
    range: [from, to],
    cursor: null,
    skip: 0,
    size: pageSize,
    pageSize,
  };
}

/** The path and query of the page that is next. */
export function pageOf(place: Place, contract: Contract, field: Field): string {
  const [from, to] = place.windows[0]!;
  const query = new URLSearchParams();
  if (from !== null) query.set(field.from, from);
  if (to !== null) query.set(field.to, to);
  if (contract === "2026-05-01") {
    query.set("limit", `${place.size}`);
    if (place.cursor !== null) query.set("cursor", place.cursor);
  } else {
    query.set("take", `${place.size}`);
    query.set("skip", `${place.skip}`);
    query.set(field.sort, "asc");
  }
  return `${place.sources[0]!.path}?${query}`;
}

/** One page, as far as its shape goes; null: it is of another contract, or of none. */
export function readPage(
  body: Record<string, unknown>,
  contract: Contract,
): { rows: unknown[]; next: string | null; hasMore: boolean } | null {
  const { data, pagination } = body;
  if (!Array.isArray(data) || !isObject(pagination)) return null;
  if (contract === "2026-05-01") {
    const { hasMore, nextCursor = null } = pagination;
    if (typeof hasMore !== "boolean") return null;
    if (hasMore && typeof nextCursor !== "string") return null;
    return { rows: data, next: hasMore ? nextCursor as string : null, hasMore };
  }
  // The totals count what the filters leave out: only a short page is the last one.
  return typeof pagination.totalItems === "number"
    ? { rows: data, next: null, hasMore: data.length > 0 }
    : null;
}

/**
 * The rows of a page that lie in the range of the pass. Some servers ignore the filters
 * (calcom/cal.com#18010), and nobody wants their whole history for that. What has a moment that cannot
 * be read stays: the database says that of it.
 */
export function listWithin(rows: unknown[], { range: [from, to] }: Place, field: Field): unknown[] {
  return rows.filter((row) => {
    if (!isObject(row)) return true;
    const isTooEarly = from !== null &&
      (row[field.name] === null || momentOf(row[field.name]) < Date.parse(from));
    return !isTooEarly && !(to !== null && momentOf(row[field.end]) > Date.parse(to));
  });
}

/**
 * The place after a page was read; null when that was all.
 *
 * With `take` and `skip` rows that are written meanwhile would push others over the edge of a page.
 * So the next page begins at the moment of the last row; those of the same moment are skipped.
 */
export function advance(
  place: Place,
  contract: Contract,
  field: Field,
  { rows, next, hasMore }: { rows: unknown[]; next: string | null; hasMore: boolean },
): Place | null {
  const known = { ...place, contract };
  if (contract === "2026-05-01") {
    return hasMore ? { ...known, cursor: next, size: place.pageSize } : nextWindow(known);
  }
  if (!hasMore || rows.length < place.size) return nextWindow(known);

  const [from, to] = place.windows[0]!;
  const moments = rows.map((row) => isObject(row) ? momentOf(row[field.name]) : NaN);
  const last = moments.at(-1)!;
  const isSorted = moments.every((one, at) => at === 0 || moments[at - 1]! <= one);
  const isInside = from === null || moments[0]! >= Date.parse(from);
  // A server that ignores the filter or the order is read from its beginning to its end.
  if (!isSorted || !isInside) {
    return { ...known, skip: place.skip + rows.length, size: place.pageSize };
  }
  const isSame = from !== null && last === Date.parse(from);
  const same = moments.filter((one) => one === last).length;
  return {
    ...known,
    windows: [[new Date(last).toISOString(), to], ...place.windows.slice(1)],
    skip: isSame ? place.skip + rows.length : same,
    size: place.pageSize,
  };
}

/**
 * The place after a page was refused: half of the page, then, when that is one row, past that row,
 * or half of the window where rows cannot be skipped.
 *
 * @returns `leftOut` when something is left unread for that
 */
export function shrink(
  place: Place,
  contract: Contract,
): { place: Place | null; leftOut: boolean } {
  if (place.size > 1) {
    return { place: { ...place, size: Math.floor(place.size / 2) }, leftOut: false };
  }
  if (contract === "2024-08-13") {
    return { place: { ...place, skip: place.skip + 1, size: place.pageSize }, leftOut: true };
  }
  const [[from, to], ...others] = place.windows as [Window, ...Window[]];
  const start = momentOf(from);
  const end = to === null ? Date.now() + 400 * 86_400_000 : Date.parse(to);
  if (!(end - start > SMALLEST_WINDOW)) return { place: nextWindow(place), leftOut: true };
  const middle = new Date((start + end) / 2).toISOString();
  const windows: Window[] = [[from, middle], [middle, to], ...others];
  return { place: { ...place, windows, cursor: null, size: place.pageSize }, leftOut: false };
}

/** A cursor counts within one run: where it is not understood any more, its window begins anew. */
export function restart(place: Place): Place {
  return { ...place, cursor: null, skip: 0, size: place.pageSize };
}

function nextWindow(place: Place): Place | null {
  const anew = { ...place, cursor: null, skip: 0, size: place.pageSize };
  if (place.windows.length > 1) return { ...anew, windows: place.windows.slice(1) };
  if (place.sources.length === 1) return null;
  return { ...anew, contract: null, sources: place.sources.slice(1), windows: [place.range] };
}

function momentOf(value: unknown): number {
  return typeof value === "string" ? Date.parse(value) : NaN;
}
