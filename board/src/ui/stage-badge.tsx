import { Badge } from "@mantine/core";
import { type Stage, STAGES } from "./stages.ts";

/** The stage of a deal. */
export function StageBadge({ stage }: { stage: string | null }) {
  const { label, color } = STAGES[stage as Stage] ?? { label: stage, color: "gray" };
  return <Badge variant="dot" color={color} tt="none">{label}</Badge>;
}
