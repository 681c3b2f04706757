import { keepPreviousData, QueryClient } from "@tanstack/react-query";
import { BoardError } from "./supabase.ts";

/** Everything that was fetched. What is shown stays when a later request fails. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always",
      staleTime: 30_000,
      // Once more for a hiccup. A server that is down is asked again by live/.
      retry: (failures, error) =>
        failures < 1 && (!(error instanceof BoardError) || error.isDown || error.status >= 500),
      retryDelay: 500,
      placeholderData: keepPreviousData,
      refetchOnWindowFocus: false,
    },
    mutations: { networkMode: "always" },
  },
});
