/** Who is signed in, as supabase-js keeps it. */
import type { Session } from "@supabase/supabase-js";
import { queries } from "../queries.ts";
import { createStore } from "../store.ts";
import { listenToErrors, supabase } from "../supabase.ts";

/** undefined until supabase-js has looked. */
export const sessionStore = createStore<Session | null | undefined>(undefined);

/** Whether somebody was signed out without wanting it. */
export const expiredStore = createStore(false);

let isLeaving = false;

/** Begins to follow the session; once, at the start. */
export function startSession(): void {
  listenToErrors(({ isSignedOut }) => {
    if (isSignedOut) void checkSession();
  });
  // Nothing of supabase-js may be awaited in here: it holds its lock.
  supabase().auth.onAuthStateChange((_event, next) => {
    const was = sessionStore.read();
    if (was && !next) {
      expiredStore.write(!isLeaving);
      isLeaving = false;
    }
    if (next) expiredStore.write(false);
    // Nobody sees what was fetched for somebody else.
    if (was && was.user.id !== next?.user.id) queries.clear();
    sessionStore.write(next);
  });
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
