import { Button } from "@mantine/core";
import { closeDeal, moveDeal, reopenDeal } from "../hand/deal-status.ts";
import { useMayDo } from "../session/member.ts";
import type { Deal } from "./fetch.ts";

/** What can be done with a deal by hand. */
export function DealActions({ deal }: { deal: Deal }) {
  if (!useMayDo("sales")) return null;
  if (deal.status !== "active") {
    return <Button variant="default" size="xs" onClick={() => reopenDeal(deal)}>Reopen</Button>;
  }
  const isMet = deal.deal_stage === "met";
  return (
    <>
      <Button variant="default" size="xs" onClick={() => moveDeal(deal, isMet ? "booked" : "met")}>
        {isMet ? "Back to booked" : "Mark as met"}
      </Button>
      <Button variant="default" size="xs" onClick={() => closeDeal(deal)}>Close</Button>
    </>
  );
}
