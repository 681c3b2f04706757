import { Paper, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./front.module.css";

/** A card in the middle of the window: what is shown before somebody is in. */
export function Front({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={classes.front}>
      <Paper className={classes.card} withBorder shadow="sm" radius="lg" p="xl">
        <img src="icon.svg" alt="" width={36} height={36} />
        <Title order={1} size="h3" mt="md" mb="sm">{title}</Title>
        {children}
      </Paper>
    </main>
  );
}
