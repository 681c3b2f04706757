/** Writes one JSON line. Never pass a mail address, a body or a secret: logs are read by many. */
export function log(line: Record<string, unknown>): void {
  // deno-lint-ignore no-console -- the one place that writes
  console.log(JSON.stringify(line));
}

/** What an error may say in a log: its kind, not its message, which can quote somebody's data. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
