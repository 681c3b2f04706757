import { ask, askMaybe } from "../supabase.ts";

/** What a list needs of a request of supabase-js. */
export interface Request<Row> extends PromiseLike<Answer<Row>> {
  lte(column: string, value: string): Request<Row>;
  or(filters: string): Request<Row>;
  order(column: string, options: { ascending: boolean }): Request<Row>;
  limit(count: number): Request<Row>;
}

interface Answer<Row> {
  data: Row[] | null;
  error: { message: string; hint?: string | null; code?: string } | null;
  status: number;
}

/** The rows of a filter, newest first. */
export type List<Row> = Filtered<Row> | Told<Row>;

/** Rows of a table or view. */
interface Filtered<Row> {
  /** Asks for all of them. */
  from: () => Request<Row>;
  /** The time by which they are sorted; never null. */
  time: keyof Row & string;
  /** What tells two rows of one moment apart. */
  id: keyof Row & string;
}

/** Rows that a function of the database gives page by page. */
interface Told<Row> {
  /** Asks for those that follow one. */
  page: (after: Row | undefined, size: number) => Promise<Row[]>;
  id: keyof Row & string;
}

/** As many rows as the API gives at once, without a setting of its own. */
const AT_ONCE = 1_000;

/**
 * Fetches the rows that follow one. By the row and not by its number: what is new in the meantime
 * moves nothing, and the last page costs no more than the first.
 */
export async function fetchPage<Row>(
  list: List<Row>,
  after: Row | undefined,
  size: number,
): Promise<Row[]> {
  if ("page" in list) return await list.page(after, size);
  const { from, time, id } = list;
  let request = from();
  if (after) {
    const moment = String(after[time]);
    request = request
      .lte(time, moment)
      .or(`${time}.lt."${moment}",${id}.gt."${String(after[id])}"`);
  }
  return await ask(
    request.order(time, { ascending: false }).order(id, { ascending: true })
      .limit(size),
  );
}

/** Fetches all rows, however many the API gives at once. */
export async function fetchAll<Row>(list: List<Row>): Promise<Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const page = await fetchPage(list, rows.at(-1), AT_ONCE);
    if (page.length === 0) return rows;
    rows.push(...page);
  }
}

/** Counts rows, with a request that was made with `{ count: "exact", head: true }`. */
export async function askCount(
  request: PromiseLike<
    Omit<Answer<unknown>, "data"> & { count: number | null }
  >,
): Promise<number> {
  const { count, error, status } = await request;
  await askMaybe(Promise.resolve({ data: null, error, status }));
  return count ?? 0;
}

/** A text as a value within `or()`, whatever is in it. */
export function quote(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
