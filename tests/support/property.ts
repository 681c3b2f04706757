import fc from "npm:fast-check@4.10.2";

/** How many cases `task prove` asks for; without it every test has a number of its own. */
const CASES = Deno.env.get("CASES");

/**
 * Makes a run the same as the one that printed this seed. `task test` tries the same cases each
 * time, so that it fails only when the code has changed; `task prove` goes looking for new ones.
 */
const SEED = Deno.env.get("SEED") ?? (CASES === undefined ? "20261122" : undefined);

/**
 * Tries a property on generated cases.
 *
 * @param cases how many, unless `task prove --cases N` asks for another number
 * @throws {Error} with the seed, the smallest case that fails, and how to run it again
 */
export async function checkProperty<T>(
  property: fc.IAsyncProperty<T>,
  cases: number,
): Promise<void> {
  const numRuns = CASES === undefined ? cases : Number(CASES);
  const details = await fc.check(property, {
    numRuns,
    ...(SEED === undefined ? {} : { seed: Number(SEED) }),
  });
  if (!details.failed) return;

  throw new Error(
    `${fc.defaultReportMessage(details as fc.RunDetails<unknown>)}\n\n` +
      `Run it again: deno task prove --cases ${numRuns} --seed ${details.seed}`,
    { cause: details.errorInstance },
  );
}
