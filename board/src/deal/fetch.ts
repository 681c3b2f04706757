import { ask, askMaybe, supabase, type View } from "../supabase.ts";

export type Deal = View<"board_deals">;

export async function fetchDeal(id: string): Promise<Deal | null> {
  return await askMaybe(
    supabase().from("board_deals").select("*").eq("deal_id", id).maybeSingle(),
  );
}

/** The deals of a company, the newest first. */
export async function fetchDeals(companyId: string): Promise<Deal[]> {
  return await ask(
    supabase().from("board_deals").select("*").eq("company_id", companyId)
      .order("opened_at", { ascending: false }).order("deal_id").limit(100),
  );
}
