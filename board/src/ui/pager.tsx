import { Button, Group } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { useLive } from "../live/use-live.ts";
import { fetchPage, type List } from "./list.ts";
import { Show } from "./states.tsx";

const SIZE = 50;

interface Props<Row> {
  /** The name of the list and its filters. A list with another name begins at its first page. */
  name: readonly unknown[];
  list: List<Row>;
  children: (rows: Row[]) => ReactNode;
}

/** Shows a list page by page. */
export function Pages<Row>(props: Props<Row>) {
  return <Turned key={JSON.stringify(props.name)} {...props} />;
}

function Turned<Row>({ name, list, children }: Props<Row>) {
  // The last row of each page that was turned.
  const [turned, setTurned] = useState<Row[]>([]);
  const after = turned.at(-1);
  const live = useLive(
    [...name, after && String(after[list.id])],
    () => fetchPage(list, after, SIZE + 1),
  );
  return (
    <Show live={live}>
      {(rows) => {
        const shown = rows.slice(0, SIZE);
        const last = rows.length > SIZE ? shown.at(-1)! : null;
        return (
          <>
            {children(shown)}
            {(turned.length > 0 || last) && (
              <Group
                justify="center"
                component="nav"
                aria-label="Pages of the list"
              >
                <Button
                  variant="default"
                  size="xs"
                  leftSection={<IconChevronLeft size={14} />}
                  disabled={turned.length === 0}
                  onClick={() => setTurned(turned.slice(0, -1))}
                >
                  Newer
                </Button>
                <span>Page {turned.length + 1}</span>
                <Button
                  variant="default"
                  size="xs"
                  rightSection={<IconChevronRight size={14} />}
                  disabled={!last || live.isPlaceholderData}
                  onClick={() => last && setTurned([...turned, last])}
                >
                  Older
                </Button>
              </Group>
            )}
          </>
        );
      }}
    </Show>
  );
}
