/** Where the reader is, and how to get elsewhere. */
import { useSyncExternalStore } from "react";
import { linkTo, type Params, type Place, readPlace } from "./address.ts";

export { linkTo, type Params, type Place, readPlace } from "./address.ts";

/** Goes to a place; with `isSameStep`, Back does not come by here. */
export function go(link: string, { isSameStep = false } = {}): void {
  if (isSameStep) {
    history.replaceState(history.state, "", link);
    // Only a step of its own is announced by the browser.
    dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = link;
  }
}

let hasMoved = false;
addEventListener("hashchange", ({ isTrusted }) => hasMoved ||= isTrusted);

/** Goes to where the reader was before; to the start, where that is no place of the board. */
export function goBack(): void {
  if (hasMoved) history.back();
  else go(linkTo(""));
}

/** Where the reader is, now and whenever that changes. */
export function usePlace(): Place {
  const hash = useSyncExternalStore(listen, () => location.hash);
  return readPlace(hash);
}

/** The filters of the page in sight, and how to change some of them. They are part of the address. */
export function useParams(): [URLSearchParams, (changes: Params) => void] {
  const { page, id, params } = usePlace();
  function change(changes: Params) {
    go(linkTo(page, id, { ...Object.fromEntries(params), ...changes }), { isSameStep: true });
  }
  return [params, change];
}

function listen(onChange: () => void): () => void {
  addEventListener("hashchange", onChange);
  return () => removeEventListener("hashchange", onChange);
}
