import { lazy, Suspense, useEffect } from "react";
import { createStore } from "../store.ts";
import type { Asked, Question } from "./question.ts";
import { withoutTurns } from "./turn.ts";

export type { Question } from "./question.ts";

const askedStore = createStore<Asked | null>(null);

/** Asks the reader; true for a yes. Where the dialog cannot be loaded any more, the browser asks. */
export async function confirm(question: Question): Promise<boolean> {
  try {
    await load();
  } catch {
    return globalThis.confirm(`${withoutTurns(question.title)}\n\n${withoutTurns(question.text)}`);
  }
  askedStore.read()?.answer(false);
  return await new Promise((resolve) => {
    askedStore.write({
      ...question,
      answer: (isYes) => {
        askedStore.write(null);
        resolve(isYes);
      },
    });
  });
}

const load = () => import("./confirm-dialog.tsx");

const ConfirmDialog = lazy(load);

/** Where questions appear; once, in the app. */
export function ConfirmHost() {
  const question = askedStore.use();
  // It is about the page in sight: who goes elsewhere has said no.
  useEffect(() => {
    if (!question) return;
    const leave = () => question.answer(false);
    addEventListener("hashchange", leave);
    return () => removeEventListener("hashchange", leave);
  }, [question]);
  return question && (
    <Suspense>
      <ConfirmDialog {...question} />
    </Suspense>
  );
}
