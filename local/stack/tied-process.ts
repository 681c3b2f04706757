import { TextLineStream } from "npm:deno-std@1.4.0/streams/text_line_stream.js";

/**
 * Runs a program until its standard input ends. A pipe is also closed when the program that holds
 * its other end is killed and can do nothing any more, so nothing that is started here outlives us.
 * When the program ends by itself the shell ends too, with its exit code.
 */
const UNTIL_END_OF_INPUT = `
exec 3<&0
signal=$1 folder=$2; shift 2
"$@" 3<&- &
program=$!
(read -r _ <&3; kill -"$signal" $program) 2> /dev/null &
watcher=$!
wait $program 2> /dev/null
code=$?
kill $watcher 2> /dev/null
if wait $watcher 2> /dev/null && [ -n "$folder" ]; then rm -rf "$folder"; fi
exit $code
`;

/** What a {@linkcode spawnTied} program is run with. */
export interface TiedOptions {
  /** Ends the program once we are gone or have closed its standard input. */
  signal: "INT" | "QUIT" | "KILL";
  /** A folder to remove after that. */
  remove?: string;
  /** The whole environment; without it the program gets ours. */
  env?: Record<string, string>;
  cwd: string;
}

/**
 * Starts a program that ends when we end, however we end. It has a session of its own: the Ctrl-C
 * of a terminal reaches us and not it, so that we decide what is stopped first.
 */
export function spawnTied(
  command: string[],
  { signal, remove = "", env, cwd }: TiedOptions,
): Deno.ChildProcess {
  return new Deno.Command("/bin/sh", {
    args: ["-c", UNTIL_END_OF_INPUT, "sh", signal, remove, ...command],
    ...(env && { env, clearEnv: true }),
    cwd,
    detached: true,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Ends a {@linkcode spawnTied} program; its `status` says when. */
export function endTied(process: Deno.ChildProcess): void {
  process.stdin.close().catch(() => {});
}

/** Hands on what a program prints, line by line, until it ends. */
export async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  use: (line: string) => void,
): Promise<void> {
  const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const line of lines) use(line);
}
