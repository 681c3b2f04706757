import {
  IconCalendarCheck,
  IconCalendarOff,
  IconCalendarPlus,
  IconCalendarRepeat,
  IconMail,
  IconMailX,
  IconPencil,
  IconPointFilled,
  IconUserOff,
} from "@tabler/icons-react";
import type { Happening } from "./fetch.ts";
import classes from "./story.module.css";

const EVENTS: Record<string, [typeof IconMail, string]> = {
  BOOKING_CREATED: [IconCalendarPlus, "indigo"],
  BOOKING_REQUESTED: [IconCalendarPlus, "gray"],
  BOOKING_RESCHEDULED: [IconCalendarRepeat, "indigo"],
  BOOKING_CANCELLED: [IconCalendarOff, "gray"],
  BOOKING_REJECTED: [IconCalendarOff, "gray"],
  BOOKING_NO_SHOW_UPDATED: [IconUserOff, "orange"],
  MEETING_ENDED: [IconCalendarCheck, "teal"],
};

const BAD_MAILS = ["failed", "dropped", "bounced", "complained", "suppressed"];

/** A sign of what happened; the sentence beside it says the same. */
export function Sign({ happening: { kind, what, status } }: { happening: Happening }) {
  const [Icon, color] = kind === "hand_edit"
    ? [IconPencil, "grape"] as const
    : kind === "mail"
    ? BAD_MAILS.includes(status ?? "") ? [IconMailX, "red"] as const : [IconMail, "gray"] as const
    : EVENTS[what ?? ""] ?? [IconPointFilled, "gray"] as const;
  return (
    <span className={classes.sign} data-color={color} aria-hidden>
      <Icon size={15} stroke={1.7} />
    </span>
  );
}
