import { Button, Group, Stack, Text } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { Dialog } from "../ui/dialog.tsx";

interface FormDialogProps {
  title: string;
  /** What will happen. */
  text: string;
  action: string;
  /** The dialog closes when it resolves to true. */
  onSubmit: () => Promise<boolean>;
  onClose: () => void;
  children?: ReactNode;
}

/** Asks what to change, says what follows from it, and does it. */
export function FormDialog(
  { title, text, action, onSubmit, onClose, children }: FormDialogProps,
) {
  const [isBusy, setIsBusy] = useState(false);
  async function submit(event: FormEvent) {
    event.preventDefault();
    const field = (event.currentTarget as HTMLElement).querySelector<HTMLElement>(
      "[data-autofocus]",
    );
    setIsBusy(true);
    const isDone = await onSubmit();
    setIsBusy(false);
    // The button could not keep the focus.
    if (isDone) onClose();
    else field?.focus();
  }
  return (
    <Dialog onClose={onClose} title={title}>
      <form onSubmit={submit}>
        <Stack>
          {children}
          <Text size="sm" c="dimmed">{text}</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>Cancel</Button>
            <Button type="submit" loading={isBusy}>{action}</Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
