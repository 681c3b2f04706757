import { refresh } from "../live/live.ts";
import { ask, askMaybe, BoardError, supabase } from "../supabase.ts";
import { notify, notifyError } from "../ui/notify.tsx";

type Value = string | boolean | null;

/** A change of one row, by hand. */
export interface Edit {
  table: "companies" | "people" | "bookings" | "deals";
  id: string;
  /** The columns that change, as the reader saw them, and as they are to be. */
  seen: Record<string, Value>;
  next: Record<string, Value>;
  /** Where the edit before it has had the same effect, it is not needed. */
  mayFollow?: boolean;
}

/** What a column is called when somebody else has changed it. */
const COLUMNS: Record<string, string> = {
  name: "name",
  email: "address",
  company_id: "company",
  status: "status",
  stage: "stage",
  attended: "mark",
  is_no_show: "mark",
};

/**
 * Makes a change, says so, and offers to take it back. What cannot be is said, too.
 * @returns whether it was made
 */
export async function editByHand(done: string, ...edits: Edit[]): Promise<boolean> {
  const made: string[] = [];
  let isDone = false;
  try {
    for (const edit of edits) {
      const id = await makeEdit(edit);
      if (id !== null) made.push(id);
    }
    isDone = true;
  } catch (error) {
    void notifyError(error);
  }
  // Also where only the first of two was made.
  if (isDone || made.length > 0) {
    void notify(done, made.length > 0 ? () => undoEdits(made) : undefined);
  }
  void refresh();
  return isDone;
}

/** Takes hand edits back, the last one first. */
export async function undoEdits(ids: string[]): Promise<void> {
  try {
    for (const id of ids.toReversed()) {
      await ask(supabase().rpc("undo_hand_edit", { hand_edit_id: id }));
    }
    void notify("It is as it was.");
  } catch (error) {
    void notifyError(error);
  } finally {
    void refresh();
  }
}

/**
 * Changes a row that still is as it was seen.
 * @returns the id of the hand edit; null when it was not needed
 */
async function makeEdit({ table, id, seen, next, mayFollow }: Edit): Promise<string | null> {
  let request = supabase().from(table).update(next as never).eq("id", id);
  for (const [column, value] of Object.entries(seen)) {
    request = value === null ? request.is(column, null) : request.eq(column, value as never);
  }
  const rows = await ask(request.select("id"));
  if (rows.length === 0 && mayFollow) return null;
  if (rows.length === 0) return await explainConflict({ table, id, seen, next });

  // Others may have edited the row since; ours is the newest that says the same.
  const edits = await ask(
    supabase().from("hand_edits").select("id").eq("row_id", id).eq("table_name", table)
      .eq("operation", "update").contains("new_values", next)
      .order("number", { ascending: false }).limit(1),
  );
  return edits[0]!.id;
}

/**
 * The row is not as it was seen.
 * @returns null when it is as it is to be: the answer to the same edit may have been lost
 * @throws {BoardError} that says what it is now
 */
async function explainConflict({ table, id, seen, next }: Edit): Promise<null> {
  const row = await askMaybe(
    supabase().from(table).select("*").eq("id", id).maybeSingle(),
  ) as Record<string, Value> | null;
  if (row === null) throw new BoardError("Somebody deleted it meanwhile", null, "", 409);
  if (Object.entries(next).every(([column, value]) => row[column] === value)) return null;
  const changed = Object.keys(seen).filter((column) => row[column] !== seen[column]);
  const now = changed.map((column) => `${COLUMNS[column] ?? column} ${say(column, row[column])}`);
  throw new BoardError(
    "Somebody changed it meanwhile, so nothing was changed",
    now.length > 0 ? `It has the ${now.join(", ")} now` : "Look at it again",
    "",
    409,
  );
}

function say(column: string, value: Value | undefined): string {
  if (typeof value === "boolean") {
    return `${value ? "" : "not "}${column === "is_no_show" ? "a no-show" : "attended"}`;
  }
  // An id tells nobody anything; the page shows what it stands for.
  if (/^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value ?? "")) return "that the page shows";
  return value === null || value === undefined ? "of nobody" : `“${value}”`;
}
