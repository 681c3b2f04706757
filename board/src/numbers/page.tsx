import { usePlace } from "../router.ts";
import { Overview } from "./overview.tsx";
import { DealRows } from "./deal-rows.tsx";
import { MeetingRows } from "./meeting-rows.tsx";

/** The numbers, or the rows that one of them is made of. */
export default function NumbersPage() {
  const { id } = usePlace();
  if (id === "meetings") return <MeetingRows />;
  return id === "deals" ? <DealRows /> : <Overview />;
}
