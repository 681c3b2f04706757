import { ActionIcon } from "@mantine/core";
import { IconUserCircle } from "@tabler/icons-react";
import type { ComponentProps } from "react";

/** Opens the menu of who is signed in. */
export function AccountButton(props: ComponentProps<"button">) {
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label="You and your settings"
      {...props}
    >
      <IconUserCircle size={22} stroke={1.5} />
    </ActionIcon>
  );
}
