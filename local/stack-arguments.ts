import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { StackError } from "./stack-error.ts";

/** Thrown for a command line that cannot be understood; the message says what is wrong with it. */
export class UsageError extends StackError {}

/** What `task start` was asked for. */
export interface StartArguments {
  help: boolean;
  port: number;
  data: string | "memory";
  /** The file that the addresses and keys are written to. */
  env: string;
}

/** What counts where the command line says nothing. */
export interface StartDefaults {
  data: string;
  env: string;
}

/**
 * Reads the command line of `task start`.
 * @param folder where the person typed it: relative paths start there
 * @throws {UsageError} for an unknown option or a value that makes no sense
 */
export function readStartArguments(
  args: string[],
  folder: string,
  defaults: StartDefaults,
): StartArguments {
  const { values } = parse(args);
  const port = Number(values.port ?? 54321);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UsageError(`--port takes a number up to 65535, not "${values.port}".`);
  }
  const { data = defaults.data, env = defaults.env } = values;
  if (data === "") throw new UsageError("--data takes a folder, or the word memory.");
  if (env === "") throw new UsageError("--env takes a file.");
  return {
    help: values.help,
    port,
    data: data === "memory" ? data : resolve(folder, data),
    env: resolve(folder, env),
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        help: { type: "boolean", short: "h", default: false },
        port: { type: "string" },
        data: { type: "string" },
        env: { type: "string" },
      },
    });
  } catch (error) {
    throw new UsageError(`${(error as Error).message}. See --help.`);
  }
}
