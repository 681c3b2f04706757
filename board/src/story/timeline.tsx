import { Button, Text } from "@mantine/core";
import { useState } from "react";
import { undoEdits } from "../hand/edit.ts";
import { useLive } from "../live/use-live.ts";
import { useMayDo } from "../session/member.ts";
import { confirm } from "../ui/confirm.tsx";
import { formatDateTime, formatDay, formatTime } from "../ui/format.ts";
import { Section } from "../ui/section.tsx";
import { Show } from "../ui/states.tsx";
import { fetchTimeline, type Happening, type Subject } from "./fetch.ts";
import { Sign } from "./sign.tsx";
import classes from "./story.module.css";

/** So many happenings at first, so that what is below is in reach on a phone; and with each step further back. */
const FIRST = 20;
const STEP = 100;

/** Everything that happened, in the sentences of the database, the newest first. */
export function Timeline({ subject }: { subject: Subject }) {
  const [limit, setLimit] = useState(FIRST);
  const timeline = useLive(
    ["timeline", subject, limit],
    () => fetchTimeline(subject, limit + 1),
  );
  return (
    <Section title="What happened">
      <Show live={timeline}>
        {(happenings) => (
          <>
            {happenings.length === 0 && <Text c="dimmed">Nothing yet.</Text>}
            {groupByDay(happenings.slice(0, limit)).map(([day, rows]) => (
              <div key={day} className={classes.day}>
                <h3 className={classes.date}>{day}</h3>
                <ol className={classes.happenings}>
                  {rows.map((row) => <Row key={keyOf(row)} row={row} subject={subject} />)}
                </ol>
              </div>
            ))}
            {happenings.length > limit && (
              <Button
                variant="default"
                size="xs"
                onClick={() => setLimit(limit + STEP)}
              >
                Further back
              </Button>
            )}
          </>
        )}
      </Show>
    </Section>
  );
}

function Row({ row, subject }: { row: Happening; subject: Subject }) {
  const mayUndo = useMayDo("sales") && row.kind === "hand_edit";
  return (
    <li className={classes.happening} data-kind={row.kind}>
      <Sign happening={row} />
      <div className={classes.text}>
        <p className={classes.sentence}>{row.sentence}</p>
        <p className={classes.beside}>
          <time dateTime={row.happened_at ?? undefined} title={formatDateTime(row.happened_at)}>
            {formatTime(row.happened_at)}
          </time>
          {row.person && subject.kind !== "person" && <span>{row.person}</span>}
          <span className={classes.what}>{describe(row)}</span>
          {mayUndo && (
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              aria-label={`Undo: ${row.sentence}`}
              onClick={() => undo(row)}
            >
              Undo
            </Button>
          )}
        </p>
      </div>
    </li>
  );
}

async function undo({ sentence, hand_edit_id }: Happening): Promise<void> {
  const isSure = await confirm({
    title: "Undo this?",
    text: `“${sentence}” The row gets back what it had before, as one more edit by hand.`,
    action: "Undo it",
  });
  if (isSure) await undoEdits([hand_edit_id!]);
}

/** Where it comes from, as Cal.com, the log and the outbox call it. */
function describe({ kind, what }: Happening): string {
  switch (kind) {
    case "mail":
      return `Mail: ${what}`;
    case "hand_edit":
      return "By hand";
    default:
      return `Cal.com: ${what?.toLowerCase().replaceAll("_", " ")}`;
  }
}

function keyOf({ event_id, hand_edit_id, email_id, booking_id }: Happening): string {
  return `${event_id ?? hand_edit_id ?? email_id} ${booking_id}`;
}

function groupByDay(happenings: Happening[]): [string, Happening[]][] {
  const days = new Map<string, Happening[]>();
  for (const happening of happenings) {
    const day = formatDay(happening.happened_at);
    days.set(day, [...(days.get(day) ?? []), happening]);
  }
  return [...days];
}
