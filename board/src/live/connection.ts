import { useSyncExternalStore } from "react";

/** Whether the server answers. */
export type Connection = "up" | "down";

let connection: Connection = "up";
const listeners = new Set<() => void>();

/** Notes what a request has shown. */
export function noteConnection(now: Connection): void {
  if (now === connection) return;
  connection = now;
  for (const listener of listeners) listener();
}

export function readConnection(): Connection {
  return connection;
}

export function listenToConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useConnection(): Connection {
  return useSyncExternalStore(listenToConnection, readConnection);
}
