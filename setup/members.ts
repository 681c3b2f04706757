/** Who may use the board: an account of Auth, and a row of `members`. */
import type { Auth } from "./apis/auth.ts";
import { SetupError } from "./error.ts";

/** What a member may do; a check of the table says the same. */
export const ROLES = ["viewer", "sales", "operator"] as const;

export type Role = typeof ROLES[number];

/**
 * The account of an address, made where there is none. It can be called again at any time.
 * @param email in small letters
 * @returns its id
 */
export async function findOrCreateAccount(auth: Auth, email: string): Promise<string> {
  const made = await auth.createUser(email);
  if (made !== null) return made;
  const user = await auth.findUser(email);
  if (user === null) {
    throw new SetupError(
      `Supabase Auth says that ${email} has an account, and does not show it. Look at the ` +
        "dashboard, Authentication → Users, delete it there, and run this again.",
    );
  }
  // Rule: whoever signed up under this address before, without ever having shown that it is theirs,
  //       may know its password. Now it is the address of a member, and signed in to with a code.
  if (!user.isConfirmed) await auth.confirmUser(user.id);
  return user.id;
}
