import { type ApiAnswer, type Calcom, isObject } from "./calcom.ts";
import type { Source } from "./paging.ts";

/**
 * Finds out which lists hold the bookings whose webhooks come here: those of the organization where
 * the key is an admin's, else those of its teams, and of its own user. The own list also holds the
 * meetings to which the user was invited, so only those count that the user hosts.
 */
export async function findSources(calcom: Calcom): Promise<Source[] | ApiAnswer> {
  const me = await calcom("/me");
  if (me.kind !== "ok") return me;
  const user = isObject(me.body.data) ? me.body.data : {};
  if (!isId(user.id)) {
    return {
      kind: "failed",
      reason: "Cal.com's API does not say whose CALCOM_API_KEY is: look at CALCOM_API_URL.",
    };
  }
  if (isId(user.organizationId)) {
    const path = `/organizations/${user.organizationId}/bookings`;
    const isOpen = await mayRead(calcom, path);
    if (typeof isOpen !== "boolean") return isOpen;
    if (isOpen) return [{ path, hostIds: null }];
  }

  const sources: Source[] = [{ path: "/bookings", hostIds: [`${user.id}`] }];
  const teams = await calcom("/teams");
  if (teams.kind === "throttled" || teams.kind === "failed") return teams;
  for (const team of teams.kind === "ok" && Array.isArray(teams.body.data) ? teams.body.data : []) {
    if (!isObject(team) || !isId(team.id)) continue;
    const path = `/teams/${team.id}/bookings`;
    const isOpen = await mayRead(calcom, path);
    if (typeof isOpen !== "boolean") return isOpen;
    if (isOpen) sources.push({ path, hostIds: null });
  }
  return sources;
}

/** Not every key that belongs to a team may read its bookings, and not every server has the list. */
async function mayRead(calcom: Calcom, path: string): Promise<boolean | ApiAnswer> {
  const answer = await calcom(path, "2024-08-13");
  if (answer.kind === "throttled" || answer.kind === "failed") return answer;
  // One odd row can break a page; that does not mean that it may not be read.
  return answer.kind === "ok" || answer.kind === "refused";
}

function isId(value: unknown): value is number | string {
  return typeof value === "number" || (typeof value === "string" && /^\w+$/.test(value));
}
