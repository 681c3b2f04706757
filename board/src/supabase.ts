import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import type { Database } from "../../supabase/functions/_shared/database.types.ts";
import type { Config } from "./config.ts";

export type Client = SupabaseClient<Database>;

/** A row of one of the views of the board, as the database types them. */
export type View<Name extends keyof Database["public"]["Views"]> =
  Database["public"]["Views"][Name]["Row"];

/** A row of a table. */
export type Table<Name extends keyof Database["public"]["Tables"]> =
  Database["public"]["Tables"][Name]["Row"];

let client: Client;

/** Makes the one client of the page, before anything is shown. */
export function openClient({ supabaseUrl, publishableKey }: Config): void {
  client = createClient<Database>(supabaseUrl, publishableKey, {
    // The part after # in the address is ours: it says which page is shown.
    auth: { detectSessionInUrl: false },
  });
}

/** The project. */
export function supabase(): Client {
  return client;
}

/** What the database, or the way to it, had against a request. */
export class BoardError extends Error {
  override name = "BoardError";

  constructor(
    message: string,
    /** What to do about it, where the database says so. */
    readonly hint: string | null,
    /** The SQLSTATE, or what PostgREST calls it. */
    readonly code: string,
    /** 0 when no answer came. */
    readonly status: number,
  ) {
    super(message);
  }

  /** The server did not answer, or something before it did. */
  get isDown(): boolean {
    return this.status === 0 || this.status >= 502;
  }

  /** The token is not valid any more. */
  get isSignedOut(): boolean {
    return this.status === 401;
  }
}

/** The local stack says in front of a message what kind of error it was. A sentence needs no dot here. */
function withoutPrefix(message: string): string {
  return message.replace(/^PostgresError: /, "").replace(/\.$/, "");
}

/** What stands before the database, and cannot reach it, answers with a page. */
function isSentence(message: string): boolean {
  return !/^\s*(<|$)/.test(message);
}

/** What the constraints are there for that an edit by hand, or undoing one, can come up against. */
const REFUSALS: [constraint: RegExp, message: string, hint: string][] = [
  [
    /"deals_one_active_per_company_idx"/,
    "The company has an active deal already",
    "Close that one first",
  ],
  [/"people_email_key"/, "Somebody else has this address already", "The search finds them"],
  [/"companies_domain_key"/, "Another company has this domain already", "The search finds it"],
  [/^update or delete .* foreign key/, "Something still belongs to it", "Undo that first"],
  [/^insert or update .* foreign key/, "What it belonged to is gone", "Undo that first"],
];

function describeFailure(
  { message, hint, code }: NonNullable<Answer<unknown>["error"]>,
  status: number,
): BoardError {
  if (status === 0 || !isSentence(message)) {
    return new BoardError("The server does not answer", null, "", status);
  }
  // Whoever listens gets a new token, or asks to sign in.
  if (status === 401) {
    return new BoardError("Your sign-in had run out", "Try again in a moment", code ?? "", status);
  }
  if (code === "57014") {
    return new BoardError("The database took too long", "Ask again, or for less", code, status);
  }
  const sentence = withoutPrefix(message);
  for (const [constraint, said, advice] of REFUSALS) {
    if (constraint.test(sentence)) return new BoardError(said, advice, code ?? "", status);
  }
  return new BoardError(sentence, hint || null, code ?? "", status);
}

const listeners = new Set<(error: BoardError) => void>();

/** Is told of every request that failed. */
export function listenToErrors(listener: (error: BoardError) => void): void {
  listeners.add(listener);
}

interface Answer<Data> {
  data: Data;
  error: { message: string; hint?: string | null; code?: string } | null;
  status: number;
}

/**
 * Awaits a request of supabase-js.
 * @returns its data
 * @throws {BoardError} with the sentence and the hint of the database
 */
export async function ask<Data>(
  request: PromiseLike<Answer<Data>>,
): Promise<NonNullable<Data>> {
  return (await askMaybe(request))!;
}

/** Like ask, where null is an answer. */
export async function askMaybe<Data>(request: PromiseLike<Answer<Data>>): Promise<Data> {
  const { data, error, status } = await request;
  if (error === null) return data;
  const failure = describeFailure(error, status);
  for (const listener of listeners) listener(failure);
  throw failure;
}
