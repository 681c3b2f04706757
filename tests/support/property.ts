// deno-lint-ignore-file no-console -- it says how much was tried
import fc from "npm:fast-check@4.10.2";

/** How many cases `task prove` asks for; without it every test has a number of its own. */
const CASES = Deno.env.get("CASES");

/**
 * Makes a run the same as the one that printed this seed. `task test` tries the same cases each
 * time, so that it fails only when the code has changed; `task prove` goes looking for new ones.
 */
const SEED = Deno.env.get("SEED") ?? (CASES === undefined ? "20261122" : undefined);

/**
 * Tries a property on generated histories, as many as given unless `task prove` asks for another
 * number, and says how many ran.
 *
 * @param tell says more about what was tried
 * @throws {Error} with the seed, the smallest case that fails, and how to run it again
 */
export async function checkProperty<T>(
  property: fc.IAsyncProperty<T>,
  cases: number,
  tell: () => string = () => "",
) {
  const numRuns = CASES === undefined ? cases : Number(CASES);
  const details = await fc.check(property, { numRuns, ...(SEED && { seed: Number(SEED) }) });
  if (!details.failed) {
    console.log([`${details.numRuns} histories`, tell()].filter(Boolean).join(", "));
    return;
  }

  const report = fc.defaultReportMessage(details as fc.RunDetails<unknown>);
  const again = `Run it again: deno task prove --cases ${numRuns} --seed ${details.seed}`;
  throw new Error(`${report}\n\n${again}`, { cause: details.errorInstance });
}
