import { useVirtualizer } from "@tanstack/react-virtual";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { formatNumber } from "../ui/format.ts";
import { STAGES } from "../ui/stages.ts";
import { CardView } from "./card.tsx";
import type { Column } from "./fetch.ts";
import type { Filters } from "./filters.ts";
import classes from "./pipeline.module.css";
import { useColumn } from "./use-column.ts";

/** About how high a card is, until it is measured. */
const CARD_HEIGHT = 148;

/** So many cards before the end the next ones are fetched. */
const AHEAD = 10;

/** What a column does when somebody comes into it by keyboard. */
export interface ColumnHandle {
  /** Puts the focus on a card, or on the last one where there are fewer; false when there is none. */
  focus(index: number): boolean;
  /** Puts it on the card of a deal; false when that is not here. */
  focusDeal(id: string): boolean;
}

interface ColumnProps {
  column: Column;
  place: number;
  filters: Filters;
  ref: Ref<ColumnHandle>;
}

/** One stage. Only the cards in sight are in the page, however many there are. */
export function ColumnView({ column, place, filters, ref }: ColumnProps) {
  const { cards, hasMore, more } = useColumn(column, filters);
  const { label } = STAGES[column.stage];
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: cards.length,
    getScrollElement: () => list.current,
    estimateSize: () => CARD_HEIGHT,
    getItemKey: (index) => cards[index]!.deal_id,
    overscan: 6,
    // Back from a deal the column is where it was.
    initialOffset: offsets.get(column.stage + JSON.stringify(filters)) ?? 0,
    onChange: ({ scrollOffset }) => {
      offsets.set(column.stage + JSON.stringify(filters), scrollOffset ?? 0);
    },
  });
  const items = virtual.getVirtualItems();

  useEffect(() => {
    if (hasMore && (items.at(-1)?.index ?? 0) >= cards.length - AHEAD) more();
  });

  useImperativeHandle(ref, () => {
    function focus(index: number) {
      if (cards.length === 0) return false;
      const next = Math.min(index, cards.length - 1);
      virtual.scrollToIndex(next);
      // Once it is in the page.
      requestAnimationFrame(() =>
        list.current?.querySelector<HTMLElement>(`[data-index="${next}"] a`)?.focus()
      );
      return true;
    }
    function focusDeal(id: string) {
      const index = cards.findIndex(({ deal_id }) => deal_id === id);
      return index >= 0 && focus(index);
    }
    return { focus, focusDeal };
  }, [cards, virtual]);

  return (
    <section className={classes.column} aria-label={label} data-column={place}>
      <h2 className={classes.heading}>
        <span className={classes.dot} data-stage={column.stage} aria-hidden />
        {label}
        <span className={classes.count}>{formatNumber(column.total)}</span>
      </h2>
      <div ref={list} className={classes.list} tabIndex={-1}>
        {cards.length === 0 && <p className={classes.none}>No deals here</p>}
        <ul className={classes.cards} style={{ height: virtual.getTotalSize() }}>
          {items.map(({ key, index, start }) => (
            <li
              key={key}
              ref={virtual.measureElement}
              data-index={index}
              className={classes.item}
              style={{ transform: `translateY(${start}px)` }}
            >
              <CardView card={cards[index]!} />
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** How far each column was scrolled. */
const offsets = new Map<string, number>();
