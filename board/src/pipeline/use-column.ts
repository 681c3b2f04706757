import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queries } from "../queries.ts";
import {
  type Card,
  type Column,
  fetchCards,
  fetchPipeline,
  FIRST_PAGE,
  LARGEST_PAGE,
  pipelineKey,
} from "./fetch.ts";
import type { Stage } from "../ui/stages.ts";
import type { Filters } from "./filters.ts";

/** Each further page is larger, so that a long column is fetched again in few requests. */
interface Next {
  after: Card;
  size: number;
}

/** The cards of a column, as far as somebody has scrolled. */
export function useColumn({ stage, cards, total }: Column, filters: Filters) {
  const [isDeep, setIsDeep] = useState(false);
  const pages = useInfiniteQuery({
    queryKey: ["column", stage, filters],
    enabled: isDeep,
    initialPageParam: null as Next | null,
    queryFn: ({ pageParam }) =>
      pageParam === null
        ? fetchFirst(stage, filters)
        : fetchCards(stage, filters, pageParam.after, pageParam.size),
    getNextPageParam: (last, _all, param): Next | undefined => {
      const size = param?.size ?? FIRST_PAGE;
      return last.length < size
        ? undefined
        : { after: last.at(-1)!, size: Math.min(size * 2, LARGEST_PAGE) };
    },
    // The first page is there already.
    initialData: { pages: [cards], pageParams: [null] },
    initialDataUpdatedAt: 0,
  });

  const shown = isDeep ? pages.data.pages.flat() : cards;
  const hasMore = isDeep ? pages.hasNextPage : cards.length < total;
  return {
    cards: shown,
    hasMore,
    /** Fetches the next page, unless that is on its way. */
    more: () => {
      setIsDeep(true);
      if (hasMore && !pages.isFetching && !pages.isError) void pages.fetchNextPage();
    },
  };
}

/** The first page comes with the pipeline: the columns wait for one request together. */
async function fetchFirst(stage: Stage, filters: Filters): Promise<Card[]> {
  const { columns } = await queries.fetchQuery({
    queryKey: pipelineKey(filters),
    queryFn: () => fetchPipeline(filters),
  });
  return columns.find((column) => column.stage === stage)!.cards;
}
