import { Modal, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";
import { withoutTurns } from "./turn.ts";

/** A dialog, for as long as it is in the page. Afterwards what opened it has the focus again. */
export function Dialog(
  { title, ...props }: Omit<ModalProps, "opened" | "title"> & { title: string },
) {
  const [opener] = useState(findOpener);
  useEffect(() => () => {
    const next = opener?.isConnected ? opener : document.getElementById("main");
    // Once the dialog has let go of it.
    setTimeout(() => next?.focus({ preventScroll: true }));
  }, [opener]);
  return <Modal opened title={withoutTurns(title)} {...props} />;
}

/** Who had the focus; of a menu, which goes, its button. */
function findOpener(): HTMLElement | null {
  const active = document.activeElement;
  const button = active?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  const opener = button ? document.getElementById(button) : active;
  return opener instanceof HTMLElement && opener !== document.body ? opener : null;
}
