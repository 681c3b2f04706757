import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from "react";
import { type ColumnHandle, ColumnView } from "./column.tsx";
import { readPlace } from "../router.ts";
import type { Column } from "./fetch.ts";
import type { Filters } from "./filters.ts";
import classes from "./pipeline.module.css";

/** The columns side by side. The arrows go from card to card, Enter opens one. */
export function Columns(
  { columns, filters }: { columns: Column[]; filters: Filters },
) {
  const handles = useRef(new Map<number, ColumnHandle>());

  // Back from a deal its card has the focus, unless something else has.
  useEffect(() => {
    const { activeElement } = document;
    const isFree = activeElement === document.body || activeElement?.id === "main";
    if (opened !== null && isFree) {
      for (const handle of handles.current.values()) if (handle.focusDeal(opened)) break;
    }
    opened = null;
  }, []);

  function remember(event: MouseEvent) {
    const link = (event.target as HTMLElement).closest("a");
    opened = link && readPlace(link.hash).id;
  }

  function move(event: KeyboardEvent) {
    const card = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    const step = STEPS[event.key];
    if (!card || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const index = Number(card.dataset.index) + step.down;
    let column = Number(card.closest<HTMLElement>("[data-column]")!.dataset.column) + step.right;
    // Past columns without a card.
    while (index >= 0 && column >= 0 && column < columns.length) {
      if (handles.current.get(column)?.focus(index) || step.right === 0) break;
      column += step.right;
    }
  }

  return (
    <div
      className={classes.columns}
      onClick={remember}
      onKeyDown={move}
    >
      {columns.map((column, place) => (
        <ColumnView
          key={column.stage}
          column={column}
          place={place}
          filters={filters}
          ref={(handle) => {
            if (handle) handles.current.set(place, handle);
            return () => {
              handles.current.delete(place);
            };
          }}
        />
      ))}
    </div>
  );
}

/** The deal whose card was opened last. */
let opened: string | null = null;

const STEPS: Record<string, { down: number; right: number }> = {
  ArrowDown: { down: 1, right: 0 },
  ArrowUp: { down: -1, right: 0 },
  ArrowRight: { down: 0, right: 1 },
  ArrowLeft: { down: 0, right: -1 },
};
