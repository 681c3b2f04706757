/** The part of the address after #: `#/page/id?filters`. Any static host can serve that. */

/** Where the reader is. */
export interface Place {
  /** The name of the page; "" at the start. */
  page: string;
  id: string | null;
  /** Filters of the page. */
  params: URLSearchParams;
}

export type Params = Record<string, string | null | undefined>;

export function readPlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [page = "", id] = path.split("/").map(decode);
  return { page, id: id || null, params: new URLSearchParams(query) };
}

/** The address of a place, for links. Params that are empty are left out. */
export function linkTo(page: string, id?: string | null, params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value) query.set(name, value);
  const path = [page, ...(id ? [id] : [])].map(encodeURIComponent).join("/");
  return `#/${path}${query.size > 0 ? `?${query}` : ""}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
