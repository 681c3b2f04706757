import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Makes a folder of files that goes away with `await using`.
 * @param files contents by path, for example `{ "migrations/1_a.sql": "select 1" }`
 */
export async function makeFolder(files: Record<string, string> = {}) {
  const path = await Deno.makeTempDir({ prefix: "stack-test-" });
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(path, name)), { recursive: true });
    await Deno.writeTextFile(join(path, name), text);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** A migration with one table of each kind of access that the tests of the stack look at. */
export const SMALL_SCHEMA = `
create table public.senders (from_address text not null);
insert into public.senders values ('team@brand.example');
create table public.notes (id int generated always as identity primary key, body text not null);
create table public.secrets (id int primary key);
create table public.values (json jsonb, is_on boolean, bytes bytea);
alter table public.senders enable row level security;
alter table public.notes enable row level security;
alter table public.secrets enable row level security;
alter table public.values enable row level security;
grant select, insert on public.notes, public.values to service_role;
create function public.whoami() returns text language sql stable set search_path = ''
  as 'select current_user::text';
grant execute on function public.whoami() to anon, service_role;
`;

const { tasks } = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
) as { tasks: Record<string, { command: string }> };

/** What a task runs its program with. */
export function flagsOf(task: string): string[] {
  return tasks[task]!.command.split(" ").slice("deno run".split(" ").length, -1);
}

/** Runs one of the command line programs as a person would. */
export function spawnProgram(
  file: "start.ts" | "send.ts" | "sql.ts" | "reset.ts",
  args: string[],
  cwd = ".",
): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      ...flagsOf(file.replace(".ts", "")),
      fileURLToPath(new URL(`../../local/${file}`, import.meta.url)),
      ...args,
    ],
    env: { INIT_CWD: cwd },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Waits for the end of a program. */
export async function finish(child: Deno.ChildProcess) {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
