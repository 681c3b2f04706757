import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { askMaybe, type BoardError, supabase } from "../supabase.ts";
import { sessionStore } from "./session.ts";

export type Role = "viewer" | "sales" | "operator";

/** Who is signed in, to the board. */
export interface Member {
  user_id: string;
  email: string;
  name: string | null;
  role: Role;
}

const RANKS: Role[] = ["viewer", "sales", "operator"];

/** Whether a role may do what another may. */
export function mayDo(member: Member | null | undefined, role: Role): boolean {
  return !!member && RANKS.indexOf(member.role) >= RANKS.indexOf(role);
}

async function fetchMember(): Promise<Member | null> {
  return await askMaybe(supabase().rpc("board_me")) as Member | null;
}

/** The member who is signed in; null for a stranger. */
export function useMember(): UseQueryResult<Member | null, BoardError> {
  const session = sessionStore.use();
  return useQuery<Member | null, BoardError>({
    queryKey: ["member", session?.user.id],
    queryFn: fetchMember,
    enabled: !!session,
  });
}

/** Whether who looks at the page may do what a role may. For buttons; the database decides. */
export function useMayDo(role: Role): boolean {
  return mayDo(useMember().data, role);
}
