// The Deno standard library as npm has it (`npm:deno-std`) is JavaScript only: the types of what is used here.

declare module "npm:deno-std@1.4.0/assert/mod.js" {
  export function assert(isSo: unknown, message?: string): asserts isSo;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertStringIncludes(actual: string, expected: string, message?: string): void;
  export function assertRejects(fn: () => Promise<unknown>, message?: string): Promise<unknown>;
}

declare module "npm:deno-std@1.4.0/async/poll.js" {
  export function poll<T>(
    fn: () => T | Promise<T>,
    isDone: (result: T) => boolean,
    options?: { interval?: number; signal?: AbortSignal },
  ): Promise<T>;
}

declare module "npm:deno-std@1.4.0/async/deadline.js" {
  export function deadline<T>(promise: Promise<T>, milliseconds: number): Promise<T>;
}
