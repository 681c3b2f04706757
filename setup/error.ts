import { StackError } from "../local/stack/error.ts";

/**
 * Something that the person at the keyboard can put right: a key with too few rights, a paused
 * project. Its message says what is wrong and what to do, and holds no secret.
 */
export class SetupError extends StackError {
  override name = "SetupError";
}
