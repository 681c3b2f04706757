import { type ReactNode, useEffect } from "react";
import { goBack } from "../router.ts";
import classes from "./record.module.css";
import { useTitle } from "./title.ts";

interface RecordProps {
  title: string;
  /** Before and after the title. */
  kind: string;
  badge?: ReactNode;
  actions?: ReactNode;
  /** Short facts under the title. */
  facts: [label: string, value: ReactNode][];
  /** The wide part, and the narrow one beside it. */
  children: ReactNode;
  aside: ReactNode;
}

/** The page of one thing: what it is, what can be done, and its story. Esc goes back. */
export function RecordView(
  { title, kind, badge, actions, facts, children, aside }: RecordProps,
) {
  useTitle(title);
  useEffect(() => {
    function leave(event: KeyboardEvent) {
      const isTyping = (event.target as HTMLElement).closest("input, textarea");
      // Wherever the focus is, what lies above the page is closed first.
      const isElsewhere = isTyping || document.querySelector("[role=dialog], [role=menu]");
      if (event.key === "Escape" && !isElsewhere) goBack();
    }
    // Before whatever lies above the page hears of the key, and goes.
    addEventListener("keydown", leave, { capture: true });
    return () => removeEventListener("keydown", leave, { capture: true });
  }, []);

  return (
    <article className={classes.record}>
      <header className={classes.header}>
        <div className={classes.heading}>
          <p className={classes.kind}>{kind}</p>
          <h1 className={classes.title}>{title}{badge}</h1>
        </div>
        <div className={classes.actions}>{actions}</div>
        <dl className={classes.facts}>
          {facts.map(([label, value]) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </header>
      <div className={classes.body}>
        <div className={classes.wide}>{children}</div>
        <aside className={classes.aside}>{aside}</aside>
      </div>
    </article>
  );
}
