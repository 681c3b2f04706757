// deno-lint-ignore-file no-console -- what command line programs share
import { parseArgs } from "node:util";

/**
 * Reads the options of a program. Prints its help and ends it on `--help` or an unknown option.
 *
 * @param names the options that take a value
 */
export function readArguments<T extends string>(
  help: string,
  names: readonly T[] = [],
): Partial<Record<T, string>> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
    const { values } = parseArgs({
      args: Deno.args.filter((argument) => argument !== "--"),
      options: { ...options, help: { type: "boolean", short: "h" } },
    });
    if (!values["help"]) return values as Partial<Record<T, string>>;
    console.log(help);
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    Deno.exit(1);
  }
  Deno.exit(0);
}
