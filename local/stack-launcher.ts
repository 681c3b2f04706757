import process from "node:process";

/** How often to look, in milliseconds. */
const INTERVAL = 200;

/**
 * Resolves when the npx that started this program is gone. A signal that is sent to npx alone ends
 * npx and its shell, and they do not pass it on: without this, the program would go on unseen.
 * Never resolves for a program that was not started through npx.
 */
export async function waitForEndOfLauncher(): Promise<void> {
  const launchers = Deno.env.get("npm_command") === "exec" ? await findLaunchers() : [];
  await new Promise<void>((resolve) => {
    if (launchers.length === 0) return;
    const watch = setInterval(() => {
      if (launchers.every(isRunning)) return;
      clearInterval(watch);
      resolve();
    }, INTERVAL);
    Deno.unrefTimer(watch);
  });
}

/** The chain is npx, its shell (not on every system), `deno task` and this program. */
async function findLaunchers(): Promise<number[]> {
  const task = await look(Deno.ppid);
  const above = task && await look(task.parent);
  if (!above) return [];
  return /sh$/.test(above.command) ? [task.parent, above.parent] : [task.parent];
}

/** The parent and the name of a process; null where there is no `ps`, as on Windows. */
async function look(pid: number): Promise<{ parent: number; command: string } | null> {
  try {
    const ps = new Deno.Command("ps", { args: ["-o", "ppid=,comm=", "-p", String(pid)] });
    const line = new TextDecoder().decode((await ps.output()).stdout).trim();
    const [parent, command] = line.split(/\s+/, 2);
    return parent && command ? { parent: Number(parent), command } : null;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0); // Signal 0 only asks.
  } catch {
    return false;
  }
}
