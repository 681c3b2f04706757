// deno-lint-ignore-file no-console -- a command line program talks on the console
import postgres from "npm:postgres@3.4.9";
import { runCommand, TASK } from "./command.ts";
import { inWords } from "./migrations.ts";
import { readRunningStack, STACK_OPTIONS } from "./running-stack.ts";
import { StackError } from "./stack/error.ts";

const HELP = `Runs SQL in the database of the running stack, as the SQL editor of Supabase would,
and prints the rows.

  ${TASK} sql "select …; select …" [--port PORT] [--env FILE]
  ${TASK} sql < FILE

  --port PORT   the stack on this port (default: the one that runs)
  --env FILE    where the stack wrote its addresses, if it was told another file
  --help        this text

Ends with 1 when Postgres refuses a statement; then none of them counts.`;

/** More of a value than this does not help on a terminal. */
const MAX_WIDTH = 80;

await runCommand(HELP, STACK_OPTIONS, async (choice, words) => {
  const statements = words.length > 0 ? words.join(" ") : await readInput();
  const stack = await readRunningStack(choice);
  if (!stack?.DATABASE_URL) {
    throw new StackError(
      `The local stack is not running. Start it in another terminal: ${TASK} start`,
    );
  }
  for (const result of await query(stack.DATABASE_URL, statements)) print(result);
  return 0;
});

async function readInput(): Promise<string> {
  if (Deno.stdin.isTerminal()) throw new StackError("Say what to run. See --help.");
  return await new Response(Deno.stdin.readable).text();
}

/**
 * What a statement gave: its rows as Postgres writes them, and what it did. The driver makes one of
 * statements without rows that follow each other, which then says what the last one did.
 */
interface Result extends Array<(Uint8Array | null)[]> {
  columns?: { name: string }[];
  command: string | null;
  count: number | null;
}

async function query(url: string, statements: string): Promise<Result[]> {
  const sql = postgres(url, { max: 1, onnotice: ({ message }) => console.error(message) });
  try {
    const result = await sql.unsafe(statements).raw() as unknown as Result | Result[];
    return "command" in result ? [result] : result;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ECONNREFUSED") {
      throw new StackError(
        `Nothing answers at ${new URL(url).host}. Start the local stack again: ${TASK} start`,
      );
    }
    throw new StackError(`Postgres refused this${inWords(error, statements)}`);
  } finally {
    await sql.end();
  }
}

function print(result: Result): void {
  const { columns, command, count } = result;
  if (!columns?.length) {
    if (command) console.log(`${command}${count ? ` ${count}` : ""}`);
    return;
  }
  const lines = [columns.map(({ name }) => name), ...[...result].map((row) => row.map(toCell))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => widthOf(line[at]!))));
  const [head, ...body] = lines.map((line) =>
    line.map((cell, at) => cell + " ".repeat(widths[at]! - widthOf(cell))).join(" | ")
  );
  const rule = widths.map((width) => "-".repeat(width)).join("-+-");
  const total = body.length === 1 ? "1 row" : `${body.length} rows`;
  console.log([head, rule, ...body, `(${total})`, ""].join("\n"));
}

function widthOf(text: string): number {
  return [...text].length;
}

function toCell(value: Uint8Array | null): string {
  if (value === null) return "";
  const text = new TextDecoder().decode(value).replaceAll(/\s*\n\s*/g, " ");
  const isCut = Deno.stdout.isTerminal() && text.length > MAX_WIDTH;
  return isCut ? `${text.slice(0, MAX_WIDTH - 1)}…` : text;
}
