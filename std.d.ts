// The Deno standard library as its npm package has it: JavaScript without types. What is used of it, no more.

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
