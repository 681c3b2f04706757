import { Button, Group, Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { createStore } from "../store.ts";
import { BoardError } from "../supabase.ts";
import { withoutTurns } from "./turn.ts";

const load = () => import("@mantine/notifications");

/** One error at a time: what is said after it is about something else. */
const ERROR = "error";

const CLOSE = { "aria-label": "Close" };

/** Says that something was done, with a way to take it back where there is one. */
export async function notify(message: string, undo?: () => Promise<unknown>): Promise<void> {
  const notifications = await open();
  if (!notifications) return alert(withoutTurns(message));
  notifications.hide(ERROR);
  const id = notifications.show({
    autoClose: undo ? 12_000 : 5_000,
    closeButtonProps: CLOSE,
    message: (
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{withoutTurns(message)}</Text>
        {undo && (
          <Button
            size="compact-sm"
            variant="light"
            flex="none"
            onClick={() => {
              notifications.hide(id);
              void undo().catch(notifyError);
            }}
          >
            Undo
          </Button>
        )}
      </Group>
    ),
  });
}

/** Says what went wrong, in the words of the database. */
export async function notifyError(error: unknown): Promise<void> {
  const { message, hint } = error instanceof BoardError
    ? error
    : { message: String(error), hint: null };
  const notifications = await open();
  if (!notifications) return alert(withoutTurns(`${message}.`));
  notifications.hide(ERROR);
  notifications.show({
    id: ERROR,
    color: "red",
    autoClose: 15_000,
    closeButtonProps: CLOSE,
    title: withoutTurns(`${message}.`),
    // Its own colour is too pale to be read.
    message: hint && <Text size="sm" c="dimmed">{withoutTurns(`${hint}.`)}</Text>,
  });
}

// They come with the first thing to be said: nothing is said before the page is there.
const Notifications = lazy(async () => ({ default: (await load()).Notifications }));

const openStore = createStore(false);

/** Where they cannot be loaded any more, without a connection or with a newer version in their place, the browser says it. */
async function open() {
  try {
    const { notifications } = await load();
    openStore.write(true);
    return notifications;
  } catch {
    return null;
  }
}

/** Where it is said; once, in the app. */
export function NotifyHost() {
  const isNeeded = openStore.use();
  return isNeeded && (
    <Suspense>
      {/* Buttons and menus are on the right: there it would lie over the next one. */}
      <Notifications position="bottom-left" role="status" />
    </Suspense>
  );
}
