/** Who is signed in, as supabase-js keeps it. */
import type { Session } from "@supabase/supabase-js";
import { useSyncExternalStore } from "react";
import { queries } from "../queries.ts";
import { listenToErrors, supabase } from "../supabase.ts";

/** undefined until supabase-js has looked. */
type State = Session | null | undefined;

let session: State;
let isExpired = false;
let isLeaving = false;
const listeners = new Set<() => void>();

/** Begins to follow the session; once, at the start. */
export function startSession(): void {
  listenToErrors(({ isSignedOut }) => {
    if (isSignedOut) void checkSession();
  });
  // Nothing of supabase-js may be awaited in here: it holds its lock.
  supabase().auth.onAuthStateChange((_event, next) => {
    const was = session;
    session = next;
    if (was && !next) {
      isExpired = !isLeaving;
      isLeaving = false;
    }
    if (next) isExpired = false;
    // Nobody sees what was fetched for somebody else.
    if (was && was.user.id !== next?.user.id) queries.clear();
    for (const listener of listeners) listener();
  });
}

export function readSession(): State {
  return session;
}

export function listenToSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSession(): State {
  return useSyncExternalStore(listenToSession, readSession);
}

/** Whether somebody was signed out without wanting it. */
export function useIsExpired(): boolean {
  return useSyncExternalStore(listenToSession, () => isExpired);
}

export async function signOut(): Promise<void> {
  isLeaving = true;
  // Here in any case, also when the server does not answer.
  await supabase().auth.signOut({ scope: "local" });
}

let isChecking = false;

/** The database refused the token: gets a new one, or ends the session. */
async function checkSession(): Promise<void> {
  if (isChecking) return;
  isChecking = true;
  try {
    const { data, error } = await supabase().auth.refreshSession();
    if (data.session) await queries.invalidateQueries();
    // No answer is no answer.
    else if (error?.status) await supabase().auth.signOut({ scope: "local" });
  } finally {
    isChecking = false;
  }
}
