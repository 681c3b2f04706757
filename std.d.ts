// The Deno standard library comes from npm as JavaScript without types. Declared is what is used.

declare module "npm:deno-std@1.4.0/assert/equal.js" {
  export function equal(a: unknown, b: unknown): boolean;
}

declare module "npm:deno-std@1.4.0/async/delay.js" {
  export function delay(ms: number, options?: { signal?: AbortSignal }): Promise<void>;
}

declare module "npm:deno-std@1.4.0/async/retry.js" {
  export function retry<T>(
    fn: () => Promise<T> | T,
    options?: {
      maxAttempts?: number;
      minTimeout?: number;
      maxTimeout?: number;
      signal?: AbortSignal;
    },
  ): Promise<T>;
}

declare module "npm:deno-std@1.4.0/encoding/base58.js" {
  export function encodeBase58(data: Uint8Array): string;
}

declare module "npm:deno-std@1.4.0/fmt/colors.js" {
  export function setColorEnabled(isEnabled: boolean): void;
  export function bold(text: string): string;
  export function cyan(text: string): string;
  export function green(text: string): string;
  export function red(text: string): string;
  export function yellow(text: string): string;
}

declare module "npm:deno-std@1.4.0/assert/mod.js" {
  export function assert(isTrue: unknown, message?: string): asserts isTrue;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  /** `part` has to stand in the message of what is thrown. */
  export function assertThrows(
    fn: () => unknown,
    type: abstract new (...parameters: never) => Error,
    part?: string,
  ): Error;
}

declare module "npm:deno-std@1.4.0/html/entities.js" {
  export function escape(text: string): string;
}
