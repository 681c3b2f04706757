import { Tabs, Title } from "@mantine/core";
import type { ComponentType } from "react";
import { useParams } from "../router.ts";
import { Erasure } from "./erasure.tsx";
import { Events } from "./events.tsx";
import { useLogCounts } from "./log-counts.ts";
import { Health } from "./health.tsx";
import { Mails } from "./mails.tsx";
import classes from "./operator.module.css";
import { Rebuild } from "./rebuild.tsx";
import { Reconciliations } from "./reconciliations.tsx";
import { Suppressed } from "./suppressed.tsx";

const VIEWS: Record<string, { title: string; component: ComponentType }> = {
  health: { title: "Health", component: Health },
  events: { title: "Events", component: Events },
  mails: { title: "Mails", component: Mails },
  suppressed: { title: "No more mail", component: Suppressed },
  people: { title: "Personal data", component: Erasure },
  rebuild: { title: "Rebuild", component: Rebuild },
  reconciliation: { title: "Reconciliation", component: Reconciliations },
};

/** What an operator looks at when something is wrong, and what they can do about it. */
export default function OperatorPage() {
  const [params, change] = useParams();
  const counts = useLogCounts();
  const asked = params.get("view") ?? "";
  const view = Object.hasOwn(VIEWS, asked) ? asked : "health";
  // Filters are those of a view.
  const open = (next: string | null) =>
    change({ ...Object.fromEntries([...params.keys()].map((name) => [name, null])), view: next });
  return (
    <div className={classes.page}>
      <Title order={1} size="h3">Operator</Title>
      <Tabs value={view} onChange={open} keepMounted={false}>
        <Tabs.List className={classes.tabs}>
          {Object.entries(VIEWS).map(([name, { title }]) => (
            <Tabs.Tab key={name} value={name}>
              {title}
              {wrong(name, counts) > 0 && (
                <span className={classes.count}>{wrong(name, counts)} failed</span>
              )}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {Object.entries(VIEWS).map(([name, { component: View }]) => (
          <Tabs.Panel key={name} value={name} pt="md">
            <View />
          </Tabs.Panel>
        ))}
      </Tabs>
    </div>
  );
}

/** What somebody should look at. */
function wrong(view: string, counts: ReturnType<typeof useLogCounts>): number {
  return view === "events"
    ? counts?.events["failed"] ?? 0
    : view === "mails"
    ? counts?.emails["failed"] ?? 0
    : 0;
}
