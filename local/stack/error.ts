/**
 * Something the person at the keyboard can put right: a port in use, a broken migration.
 * Its message is one paragraph that says what is wrong and what to do; it needs no stack trace.
 */
export class StackError extends Error {
  override name = "StackError";
}
