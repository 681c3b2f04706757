/** Writes one JSON line. Never pass a mail address, a body or a secret: logs are read by many. */
export function log(line: Record<string, unknown>): void {
  // deno-lint-ignore no-console -- the one place that writes
  console.log(JSON.stringify(line));
}

/** Says at start what the environment of a function lacks; nothing when it is complete. */
export function logStart(
  at: string,
  { missing, tooShort }: { missing: readonly string[]; tooShort: readonly string[] },
): void {
  if (missing.length + tooShort.length > 0) {
    log({ at, outcome: "started", missing, too_short: tooShort });
  }
}

/** What an error may say in a log: its kind, not its message, which can quote somebody's data. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
