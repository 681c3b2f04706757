import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { notifyError } from "./notify.tsx";

interface Props {
  /** Saves everything of the filter, not only what is in sight. */
  save: () => Promise<void> | void;
  isDisabled?: boolean;
}

/** Saves everything of the filter as a file. */
export function CsvButton({ save, isDisabled }: Props) {
  const [isBusy, setBusy] = useState(false);
  async function press() {
    setBusy(true);
    try {
      await save();
    } catch (error) {
      notifyError(error);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconDownload size={14} />}
      loading={isBusy}
      disabled={isDisabled}
      title="Save everything of this filter as a file for a spreadsheet"
      onClick={press}
    >
      CSV
    </Button>
  );
}
