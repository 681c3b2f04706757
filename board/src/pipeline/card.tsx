import { IconCalendarEvent, IconCalendarOff, IconUser } from "@tabler/icons-react";
import { memo } from "react";
import { clockStore } from "../live/clock.ts";
import { linkTo } from "../router.ts";
import { formatAgo, formatDateTime, formatMeeting, formatSince } from "../ui/format.ts";
import type { Card } from "./fetch.ts";
import classes from "./pipeline.module.css";

/** A deal: who it is with, whose it is, when they meet, and what happened last. */
export const CardView = memo(function CardView({ card }: { card: Card }) {
  clockStore.use();
  return (
    <a className={classes.card} href={linkTo("deal", card.deal_id)}>
      <span className={classes.top}>
        <span className={classes.company}>{card.company}</span>
        <span
          className={classes.since}
          title={`In this stage since ${formatDateTime(card.stage_since)}`}
        >
          {formatSince(card.stage_since)}
        </span>
      </span>
      {card.people && <span className={classes.people}>{card.people}</span>}
      <span className={classes.facts}>
        <Meeting card={card} />
        {card.host && (
          <span className={classes.fact} title={card.host}>
            <IconUser size={14} stroke={1.6} />
            <span className={classes.cut}>{card.host.split("@")[0]}</span>
          </span>
        )}
      </span>
      {card.last_happening && (
        <span
          className={classes.happening}
          title={`${card.last_happening} ${formatAgo(card.last_happened_at)}`}
        >
          {card.last_happening}
        </span>
      )}
    </a>
  );
});

function Meeting({ card }: { card: Card }) {
  const moment = card.next_meeting ?? card.last_meeting;
  const Icon = moment ? IconCalendarEvent : IconCalendarOff;
  return (
    <span
      className={classes.fact}
      data-next={card.next_meeting ? true : undefined}
      title={moment ? formatDateTime(moment) : undefined}
    >
      <Icon size={14} stroke={1.6} />
      {moment ? formatMeeting(moment) : "no meeting"}
    </span>
  );
}
