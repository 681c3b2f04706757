/** The columns of the pipeline, in their order. */
export type Stage = "booked" | "met" | "no_show" | "cancelled";

/** What the stages of a deal are called, and the colour of each. */
export const STAGES: Record<Stage, { label: string; color: string }> = {
  booked: { label: "Booked", color: "indigo" },
  met: { label: "Met", color: "teal" },
  no_show: { label: "No-show", color: "orange" },
  cancelled: { label: "Cancelled", color: "gray" },
};
