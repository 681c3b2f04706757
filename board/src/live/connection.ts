import { createStore } from "../store.ts";

/** Whether the server answers, as the last request has shown. */
export const connectionStore = createStore<"up" | "down">("up");
