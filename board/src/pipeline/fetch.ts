import { listWords } from "../ui/search.ts";
import { ask, supabase, type View } from "../supabase.ts";
import type { Stage } from "../ui/stages.ts";
import type { Filters } from "./filters.ts";

/** A deal as the pipeline shows it. */
export type Card = View<"board_deals">;

/** One column: how many deals are in it, and the first page of them. */
export interface Column {
  stage: Stage;
  total: number;
  cards: Card[];
}

/** The whole pipeline, in one round trip. */
export interface Pipeline {
  columns: Column[];
  /** Without a deal; only where something is searched. */
  companies: View<"board_companies">[];
  /** To filter by. */
  hosts: string[];
  brands: string[];
}

/** How many cards of each column come with the first round trip. */
export const FIRST_PAGE = 50;

/** As many as come at once, at most. */
export const LARGEST_PAGE = 1_000;

export function pipelineKey(filters: Filters) {
  return ["pipeline", filters] as const;
}

export async function fetchPipeline(filters: Filters): Promise<Pipeline> {
  return await ask(
    supabase().rpc("board_pipeline", { filters: { ...filters }, page_size: FIRST_PAGE }),
  ) as unknown as Pipeline;
}

/** The cards of a column that follow a card; the first ones without it. */
export async function fetchCards(
  stage: Stage,
  filters: Filters,
  after: Card | null,
  size: number,
): Promise<Card[]> {
  const { cards } = await ask(
    supabase().rpc("board_column", {
      stage,
      filters: { ...filters },
      // As it came: a Date of JavaScript would drop the microseconds.
      ...(after && { after_opened_at: after.opened_at!, after_deal_id: after.deal_id }),
      page_size: size,
    }),
  ) as unknown as { cards: Card[] };
  return cards;
}

/** People without a company, by name or address. Each of the words has to be found, as the database has it for companies. */
export async function fetchLoners(search: string) {
  const words = listWords(search);
  if (words.length === 0) return [];
  let people = supabase().from("people").select("id, name, email").is("company_id", null);
  for (const word of words) people = people.or(`name.ilike.%${word}%,email.ilike.%${word}%`);
  return await ask(people.order("name").limit(10));
}
