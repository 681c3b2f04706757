import { Button, type ButtonProps } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { refresh } from "../live/live.ts";
import { confirm, type Question } from "../ui/confirm.tsx";
import { notify, notifyError } from "../ui/notify.tsx";

interface Props extends ButtonProps {
  /** What is asked first: what will happen. */
  question: Question;
  /** Does it; what came of it, in a sentence. */
  run: () => Promise<string>;
  /** Of which row, for who cannot see where the button stands. */
  "aria-label"?: string;
  children: ReactNode;
}

/** A button that asks before it does something, and says what came of it. */
export function Operation({ question, run, children, ...props }: Props) {
  const [isBusy, setBusy] = useState(false);
  async function press() {
    if (!await confirm(question)) return;
    setBusy(true);
    try {
      notify(await run());
    } catch (error) {
      notifyError(error);
    } finally {
      setBusy(false);
      await refresh();
    }
  }
  return (
    <Button
      size="xs"
      variant="default"
      {...props}
      loading={isBusy}
      onClick={press}
    >
      {children}
    </Button>
  );
}
