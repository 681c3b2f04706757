import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import process from "node:process";

/**
 * Resolves when the npx that started this program is gone. A signal that is sent to npx alone ends
 * npx and its shell, and they do not pass it on: without this, the program would go on unseen.
 * Never resolves for a program that was not started through npx.
 */
export async function waitForEndOfLauncher(): Promise<void> {
  const launchers = Deno.env.get("npm_command") === "exec" ? await findLaunchers() : [];
  if (launchers.length === 0) return await new Promise(() => {});
  while (launchers.every(isRunning)) await delay(200);
}

/** The chain is npx, its shell (not on every system), `deno task` and this program. */
async function findLaunchers(): Promise<number[]> {
  const task = await look(Deno.ppid);
  const above = task && await look(task.parent);
  if (!above) return [];
  return above.name.endsWith("sh") ? [task.parent, above.parent] : [task.parent];
}

/** The parent and the name of a process; null where neither Linux nor `ps` can tell. */
async function look(pid: number): Promise<{ parent: number; name: string } | null> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  const [, name, parent] = /\((.*)\) \S (\d+)/.exec(stat) ?? /(.*) (\d+)$/.exec(await ps(pid)) ??
    [];
  return name && parent ? { name: name.trim(), parent: Number(parent) } : null;
}

async function ps(pid: number): Promise<string> {
  const args = ["-o", "comm=,ppid=", "-p", String(pid)];
  const output = await new Deno.Command("ps", { args }).output().catch(() => null);
  return new TextDecoder().decode(output?.stdout).trim();
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0); // Signal 0 only asks.
  } catch {
    return false;
  }
}
