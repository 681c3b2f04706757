import { Paper } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./section.module.css";

/** A part of a page with its heading, and a word beside it. */
export function Section(
  { title, note, children }: { title: string; note?: string; children: ReactNode },
) {
  return (
    <Paper component="section" className={classes.section} radius="lg">
      <header className={classes.header}>
        <h2 className={classes.title}>{title}</h2>
        {note && <span className={classes.note}>{note}</span>}
      </header>
      {children}
    </Paper>
  );
}
