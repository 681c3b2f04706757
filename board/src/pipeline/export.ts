import { DEAL_CSV } from "../ui/deal-csv.ts";
import { saveCsv } from "../ui/save-csv.ts";
import { type Stage, STAGES } from "../ui/stages.ts";
import { type Card, fetchCards, LARGEST_PAGE } from "./fetch.ts";
import type { Filters } from "./filters.ts";

/** Saves all deals of the filter as a file, not only those in sight. */
export async function saveDeals(filters: Filters): Promise<void> {
  const cards: Card[] = [];
  for (const stage of Object.keys(STAGES) as Stage[]) {
    let page: Card[];
    let after: Card | null = null;
    do {
      page = await fetchCards(stage, filters, after, LARGEST_PAGE);
      cards.push(...page);
      after = page.at(-1) ?? null;
    } while (page.length === LARGEST_PAGE);
  }
  saveCsv("deals", DEAL_CSV, cards);
}
