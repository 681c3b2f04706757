import { useSyncExternalStore } from "react";

/** A value that lives outside the components, and that they follow. */
export interface Store<Value> {
  read(): Value;
  /** Tells everybody who listens, when it is another one. */
  write(next: Value): void;
  /** @returns what ends it */
  listen(listener: () => void): () => void;
  /** The value in a component, now and whenever it changes. */
  use(): Value;
}

export function createStore<Value>(value: Value): Store<Value> {
  const listeners = new Set<() => void>();
  const store: Store<Value> = {
    read: () => value,
    write: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    use: () => useSyncExternalStore(store.listen, store.read),
  };
  return store;
}
