import { Text } from "@mantine/core";
import type { Live } from "../live/use-live.ts";
import { linkTo } from "../router.ts";
import classes from "../story/story.module.css";
import type { View } from "../supabase.ts";
import { formatDate } from "../ui/format.ts";
import { Section } from "../ui/section.tsx";
import { StageBadge } from "../ui/stage-badge.tsx";
import { Show } from "../ui/states.tsx";

/** The deals of a company, the newest first. */
export function Deals({ deals }: { deals: Live<View<"board_deals">[]> }) {
  return (
    <Section title="Deals">
      <Show live={deals}>
        {(all) => (
          <>
            {all.length === 0 && <Text c="dimmed">None: nobody has booked a meeting yet.</Text>}
            <ul className={classes.rows}>
              {all.map(({ deal_id, opened_at, stage, last_happening }) => (
                <li key={deal_id} className={classes.row}>
                  <div className={classes.main}>
                    <span className={classes.line}>
                      <a href={linkTo("deal", deal_id)}>Opened {formatDate(opened_at)}</a>
                      <StageBadge stage={stage} />
                    </span>
                    <span className={classes.dim}>{last_happening}</span>
                  </div>
                </li>
              ))}
            </ul>
          </>
        )}
      </Show>
    </Section>
  );
}
