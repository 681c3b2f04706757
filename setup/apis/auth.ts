/** The Auth of the project itself, as far as the set-up asks it: the people in it. */
import { z } from "npm:zod@4.6.7";
import { makeSecret, type Redactor } from "../secrets.ts";
import { ApiError, createAsk, type Failure } from "./http.ts";

const USER = z.object({
  id: z.string(),
  email: z.string().nullish(),
  email_confirmed_at: z.string().nullish(),
});
const USERS = z.object({ users: z.array(USER) });

/** As many as a page holds. */
const PAGE_SIZE = 1000;

/** What the steps ask of Auth. */
export interface Auth {
  /**
   * Makes an account that is confirmed and has no password that anybody knows. Nobody gets a mail.
   * @returns its id; null when the address has one already
   */
  createUser(email: string): Promise<string | null>;
  /** @param email in small letters, as Auth keeps it */
  findUser(email: string): Promise<{ id: string; isConfirmed: boolean } | null>;
  /** Confirms an account, and makes whatever password it had of no use. */
  confirmUser(id: string): Promise<void>;
}

/** Asks the Auth of one project. */
export function createAuth({ url, key, redactor, say }: {
  /** Of the project, without a path. */
  url: string;
  /** A secret key. */
  key: string;
  redactor: Redactor;
  say: (text: string) => void;
}): Auth {
  const ask = createAsk({
    name: "Supabase Auth",
    base: `${url}/auth/v1`,
    baseSetting: "SUPABASE_URL",
    headers: { apikey: key, authorization: `Bearer ${key}` },
    readError: (body) => {
      const { code, error_code, msg, message } = (body ?? {}) as Record<string, unknown>;
      return { code: String(error_code ?? code ?? ""), message: String(msg ?? message ?? "") };
    },
    explain,
    redactor,
    say,
  });

  return {
    createUser: async (email) => {
      const body = { email, email_confirm: true };
      try {
        return (await ask("/admin/users", { method: "POST", body, answer: USER })).id;
      } catch (error) {
        if (error instanceof ApiError && error.failure.code === "email_exists") return null;
        throw error;
      }
    },
    findUser: async (email) => {
      for (let page = 1;; page++) {
        const path = `/admin/users?page=${page}&per_page=${PAGE_SIZE}`;
        const { users } = await ask(path, { answer: USERS });
        const user = users.find((one) => one.email?.toLowerCase() === email);
        if (user) return { id: user.id, isConfirmed: Boolean(user.email_confirmed_at) };
        // A server may give fewer than it was asked for.
        if (users.length === 0) return null;
      }
    },
    confirmUser: async (id) => {
      // Letters of all kinds, for whatever the project asks of a password.
      const body = { email_confirm: true, password: `Aa1!${makeSecret().slice(0, 60)}` };
      await ask(`/admin/users/${id}`, { method: "PUT", body, answer: z.unknown() });
    },
  };
}

/** What to do about it, in this API. */
function explain({ status, message, method }: Failure): string | null {
  if (status === 401 || status === 403) {
    return `The project does not take this secret key (${status}). Set SUPABASE_SECRET_KEY to one of ` +
      "its dashboard, Settings → API Keys, that begins with sb_secret_.";
  }
  const state = explainProject(status, message);
  if (state !== null) return state;
  if (status === 404) {
    return "There is no Supabase Auth at this address (404): look at SUPABASE_URL, which has to be the " +
      "address of the project.";
  }
  if (method === "POST" && (status === 400 || status === 422)) {
    return `Supabase Auth makes no account for this address (${status}): ${message}`;
  }
  return null;
}

/** What the address of a project says about the project itself, whatever was asked. */
export function explainProject(status: number, message: string): string | null {
  if (status === 540) {
    return "The project is paused (540): restore it in Supabase's dashboard, which takes minutes, and " +
      "run this again.";
  }
  if (status === 402) {
    return `Supabase lets the project answer nothing (402): ${message} Look at the billing of its ` +
      "organization in Supabase's dashboard.";
  }
  return null;
}
