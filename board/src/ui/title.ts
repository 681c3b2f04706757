import { useEffect } from "react";
import { withoutTurns } from "./turn.ts";

/** Names the tab of the browser, and what Back and the history list. Without a title it leaves that to others. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    document.title = withoutTurns(`${title} · Board`);
    return () => {
      document.title = "Board";
    };
  }, [title]);
}
