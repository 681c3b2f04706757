import { confirm } from "../ui/confirm.tsx";
import { editByHand } from "./edit.ts";

interface Deal {
  deal_id: string;
  company: string;
  status: string;
  deal_stage: string;
}

export async function closeDeal({ deal_id, company, status }: Deal): Promise<void> {
  const isSure = await confirm({
    title: `Close the deal of ${company}?`,
    text: "It stays closed, whatever becomes of its meetings; the next booking opens a new deal. " +
      "Meetings stay as they are, and nobody is told.",
    action: "Close the deal",
  });
  if (!isSure) return;
  await editByHand(`The deal of ${company} is closed.`, {
    table: "deals",
    id: deal_id,
    seen: { status },
    next: { status: "cancelled" },
  });
}

export async function reopenDeal({ deal_id, company, status }: Deal): Promise<void> {
  const isSure = await confirm({
    title: `Reopen the deal of ${company}?`,
    text: "It becomes the active deal of the company: the next bookings count for it.",
    action: "Reopen the deal",
  });
  if (!isSure) return;
  await editByHand(`The deal of ${company} is open again.`, {
    table: "deals",
    id: deal_id,
    seen: { status },
    next: { status: "active" },
  });
}

export async function moveDeal(
  { deal_id, company, deal_stage }: Deal,
  stage: "booked" | "met",
): Promise<void> {
  const isSure = await confirm({
    title: stage === "met" ? `Is the deal of ${company} met?` : `Put the deal of ${company} back?`,
    text: stage === "met"
      ? "It moves to the column Met. Its meetings stay as they are."
      : "It moves back to Booked, until a meeting takes place. Its meetings stay as they are.",
    action: stage === "met" ? "It is met" : "Put it back",
  });
  if (!isSure) return;
  await editByHand(`The deal of ${company} is ${stage}.`, {
    table: "deals",
    id: deal_id,
    seen: { stage: deal_stage },
    next: { stage },
  });
}
