import { lazy, Suspense, useSyncExternalStore } from "react";
import type { Asked, Question } from "./question.ts";

export type { Question } from "./question.ts";

let asked: Asked | null = null;
const listeners = new Set<() => void>();

/** Asks the reader; true for a yes. */
export function confirm(question: Question): Promise<boolean> {
  asked?.answer(false);
  return new Promise((resolve) => {
    show({
      ...question,
      answer: (isYes) => {
        show(null);
        resolve(isYes);
      },
    });
  });
}

function show(next: Asked | null) {
  asked = next;
  for (const listener of listeners) listener();
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const ConfirmDialog = lazy(() => import("./confirm-dialog.tsx"));

/** Where questions appear; once, in the app. */
export function ConfirmHost() {
  const question = useSyncExternalStore(listen, () => asked);
  return question && (
    <Suspense>
      <ConfirmDialog {...question} />
    </Suspense>
  );
}
