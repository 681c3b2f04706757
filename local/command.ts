// deno-lint-ignore-file no-console -- command line programs talk on the console
import { parseArgs, type ParseArgsConfig } from "node:util";
import { StackError } from "./stack/error.ts";

/** How the commands are typed; npx fetches nothing that it has. */
export const TASK = "npx -y --prefer-offline deno@2.9.6 task";

/**
 * Runs a command line program: `--help` prints its text, and what the person at the keyboard can
 * put right is printed as a sentence, with exit code 1.
 * @param main gets the options and the other words, and returns the exit code
 */
export async function runCommand<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  help: string,
  options: Options,
  main: (values: Values<Options>, words: string[]) => Promise<number>,
): Promise<never> {
  try {
    const { values, positionals } = parse(options);
    if (values.help) console.log(help);
    Deno.exit(values.help ? 0 : await main(values as Values<Options>, positionals));
  } catch (error) {
    console.error(error instanceof StackError ? error.message : error);
    Deno.exit(1);
  }
}

type Values<Options extends ParseArgsConfig["options"]> = ReturnType<
  typeof parseArgs<{ options: Options }>
>["values"];

function parse(options: NonNullable<ParseArgsConfig["options"]>) {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { help: { type: "boolean", short: "h" }, ...options },
    });
  } catch (error) {
    throw new StackError(`${(error as Error).message.replace(/\.$/, "")}. See --help.`);
  }
}
