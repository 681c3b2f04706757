import process from "node:process";

/** How often to look, in milliseconds. */
const INTERVAL = 200;

/**
 * Resolves when the npx that started this program is gone. A signal that is sent to npx alone ends
 * npx and its shell, and they do not pass it on: without this, the program would go on unseen.
 * Never resolves for a program that was not started through npx.
 */
export async function waitForEndOfLauncher(): Promise<void> {
  // npx, its shell, `deno task`, this program: the grandparent is the one that dies with npx.
  const launcher = Deno.env.get("npm_command") === "exec" ? await parentOf(Deno.ppid) : null;
  await new Promise<void>((resolve) => {
    if (launcher === null) return;
    const watch = setInterval(() => {
      if (isRunning(launcher)) return;
      clearInterval(watch);
      resolve();
    }, INTERVAL);
    Deno.unrefTimer(watch);
  });
}

async function parentOf(pid: number): Promise<number | null> {
  try {
    const ps = new Deno.Command("ps", { args: ["-o", "ppid=", "-p", String(pid)] });
    const parent = Number(new TextDecoder().decode((await ps.output()).stdout));
    return parent > 1 ? parent : null;
  } catch {
    return null; // No ps here, as on Windows: then Ctrl-C is the way.
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0); // Signal 0 only asks.
  } catch {
    return false;
  }
}
