/** The table of members, over the REST API of the project. */
import { z } from "npm:zod@4.6.7";
import { TASK } from "../../local/command.ts";
import { SetupError } from "../error.ts";
import { type Role, ROLES } from "../members.ts";
import type { Redactor } from "../secrets.ts";
import { explainProject } from "./auth.ts";
import { createAsk, type Failure } from "./http.ts";

const MEMBER = z.object({ user_id: z.string(), email: z.string(), role: z.enum(ROLES) });
const MEMBERS = z.array(MEMBER);

export type Member = z.output<typeof MEMBER>;

/** What an invitation asks of the table. */
export interface Members {
  /** Who has this role. */
  readRole(role: Role): Promise<Member[]>;
  /** Null for nobody. */
  read(userId: string): Promise<Member | null>;
  add(member: Member & { name?: string }): Promise<void>;
  /** Gives another role to whoever still has the former one. */
  changeRole(member: Member, role: Role): Promise<void>;
}

/** Asks one project. */
export function createMembers({ url, key, redactor, say }: {
  /** Of the project, without a path. */
  url: string;
  /** A secret key. */
  key: string;
  redactor: Redactor;
  say: (text: string) => void;
}): Members {
  const ask = createAsk({
    name: "The project",
    base: `${url}/rest/v1`,
    baseSetting: "SUPABASE_URL",
    headers: { apikey: key, authorization: `Bearer ${key}`, prefer: "return=representation" },
    readError: (body) => {
      const { code, message } = (body ?? {}) as Record<string, unknown>;
      return { code: String(code ?? ""), message: String(message ?? "") };
    },
    explain,
    redactor,
    say,
  });
  const select = "select=user_id,email,role";

  return {
    readRole: (role) => ask(`/members?${select}&role=eq.${role}`, { answer: MEMBERS }),
    read: async (userId) =>
      (await ask(`/members?${select}&user_id=eq.${userId}`, { answer: MEMBERS }))[0] ?? null,
    add: async (member) => {
      await ask("/members", { method: "POST", body: member, answer: z.unknown() });
    },
    changeRole: async ({ user_id, role: former }, role) => {
      const path = `/members?${select}&user_id=eq.${user_id}&role=eq.${former}`;
      const changed = await ask(path, { method: "PATCH", body: { role }, answer: MEMBERS });
      if (changed.length === 0) {
        throw new SetupError("Somebody has just changed this member. Run this again.");
      }
    },
  };
}

/** What to do about it, in this API. */
function explain({ status, code, message }: Failure): string | null {
  if (code === "23505") {
    return "Another account is a member under this address. An operator has to put it out first, on " +
      "the page Members of the board.";
  }
  if (code === "PGRST205" || code === "42P01" || status === 404) {
    return `The project has no table members: its migrations are older. Run ${TASK} connect.`;
  }
  if (status === 401 || code === "42501") {
    return `The project does not take this secret key (${status}). Set SUPABASE_SECRET_KEY to one ` +
      "of its dashboard, Settings → API Keys, that begins with sb_secret_." +
      (message === "" ? "" : ` It says: ${message}`);
  }
  return explainProject(status, message);
}
