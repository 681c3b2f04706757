import { Button, Loader, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { Live } from "../live/use-live.ts";
import type { BoardError } from "../supabase.ts";
import classes from "./states.module.css";

/** While nothing is there yet. */
export function Loading() {
  return (
    <div className={classes.state} role="status" aria-label="Loading">
      <Loader className={classes.loader} size="sm" type="dots" />
    </div>
  );
}

/** Where nothing is, and what to do about that. */
export function Empty(
  { title, hint, children }: { title: string; hint?: string; children?: ReactNode },
) {
  return (
    <div className={classes.state}>
      <Stack align="center" gap="xs">
        <Title order={2} size="h4" ta="center">{title}</Title>
        {hint && <Text c="dimmed" ta="center">{hint}</Text>}
        {children}
      </Stack>
    </div>
  );
}

/** Where something could not be fetched: what the database says, and the way to try again. */
export function Failure({ error, retry }: { error: BoardError; retry: () => unknown }) {
  return (
    <div role="alert">
      <Empty title={`${error.message}.`} hint={error.hint ?? undefined}>
        <Button variant="default" onClick={() => retry()}>Try again</Button>
      </Empty>
    </div>
  );
}

/**
 * Shows what was fetched: loading, failed, or there. Once there, it stays in sight; while it is that of another
 * choice, it is pale.
 */
export function Show<Data>(
  { live, children }: { live: Live<Data>; children: (data: Data) => ReactNode },
) {
  if (live.data !== undefined) {
    const isOld = live.isPlaceholderData;
    return (
      <div className={classes.shown} data-old={isOld || undefined} aria-busy={isOld}>
        {children(live.data)}
      </div>
    );
  }
  return live.error ? <Failure error={live.error} retry={live.refetch} /> : <Loading />;
}
