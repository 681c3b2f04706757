import { Code, Text, ThemeIcon } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useLive } from "../live/use-live.ts";
import { ask, supabase } from "../supabase.ts";
import { formatDateTime } from "../ui/format.ts";
import { Show } from "../ui/states.tsx";
import classes from "./operator.module.css";

/** What came of a check of health(). */
interface Finding {
  check: string;
  ok: boolean;
  since: string | null;
  detail: string;
  what_to_do: string | null;
}

async function fetchHealth(): Promise<Finding[]> {
  return await ask(supabase().rpc("board_health")) as unknown as Finding[];
}

/** Every check of the database, those that are wrong first. */
export function Health() {
  const live = useLive(["health"], fetchHealth);
  return (
    <Show live={live}>
      {(findings) => {
        const wrong = findings.filter(({ ok }) => !ok);
        return (
          <div className={classes.view}>
            <Text>
              {wrong.length === 0
                ? "All is well."
                : `${wrong.length} of ${findings.length} checks need somebody to look.`}
            </Text>
            <ul className={classes.findings} aria-label="Checks">
              {[...wrong, ...findings.filter(({ ok }) => ok)].map((finding) => (
                <FindingRow key={finding.check} {...finding} />
              ))}
            </ul>
          </div>
        );
      }}
    </Show>
  );
}

function FindingRow({ check, ok, since, detail, what_to_do }: Finding) {
  return (
    <li className={classes.finding} data-check={check}>
      <ThemeIcon
        variant="light"
        color={ok ? "teal" : "red"}
        radius="xl"
        size="md"
        role="img"
        aria-label={ok ? "well" : "wrong"}
      >
        {ok ? <IconCheck size={16} /> : <IconAlertTriangle size={16} />}
      </ThemeIcon>
      <div>
        <Text fw={600}>{check.replaceAll("_", " ")}</Text>
        <Text size="sm">
          {detail} {since && <Text span c="dimmed">Since {formatDateTime(since)}.</Text>}
        </Text>
        {what_to_do && (
          <Text size="sm">
            {/* Commands stand between backticks. */}
            {what_to_do.split("`").map((part, place) =>
              place % 2 === 1 ? <Code key={place}>{part}</Code> : part
            )}
          </Text>
        )}
      </div>
    </li>
  );
}
