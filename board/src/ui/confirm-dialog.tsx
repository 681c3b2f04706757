import { Button, Group, Stack, Text } from "@mantine/core";
import { Dialog } from "./dialog.tsx";
import type { Asked } from "./question.ts";
import { withoutTurns } from "./turn.ts";

/** A question with the two answers to it. */
export default function ConfirmDialog({ title, text, action, isDangerous, answer }: Asked) {
  return (
    <Dialog onClose={() => answer(false)} title={title} withCloseButton={false}>
      <Stack>
        <Text>{withoutTurns(text)}</Text>
        <Group justify="flex-end">
          {/* What cannot be undone is not done by pressing Enter twice. */}
          <Button variant="default" data-autofocus={isDangerous} onClick={() => answer(false)}>
            Cancel
          </Button>
          <Button
            color={isDangerous ? "red.9" : undefined}
            data-autofocus={!isDangerous}
            onClick={() => answer(true)}
          >
            {action}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
