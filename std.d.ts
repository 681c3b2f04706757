// The Deno standard library comes from npm as JavaScript without types. Declared is what is used.

declare module "npm:deno-std@1.4.0/assert/equal.js" {
  export function equal(a: unknown, b: unknown): boolean;
}

declare module "npm:deno-std@1.4.0/assert/mod.js" {
  export function assert(isTrue: unknown, message?: string): asserts isTrue;
  export function assertEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
  export function assertMatch(actual: string, expected: RegExp, message?: string): void;
  export function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
  /** `part` has to stand in the message of what is thrown. */
  export function assertThrows(
    fn: () => unknown,
    type: abstract new (...parameters: never) => Error,
    part?: string,
  ): Error;
  export function fail(message?: string): never;
  export function assertRejects(fn: () => Promise<unknown>): Promise<unknown>;
  export function assertRejects(
    fn: () => Promise<unknown>,
    type: abstract new (...parameters: never) => Error,
    part?: string,
  ): Promise<Error>;
}

declare module "npm:deno-std@1.4.0/async/deadline.js" {
  /** Rejects when the promise takes longer than that many milliseconds. */
  export function deadline<T>(promise: Promise<T>, milliseconds: number): Promise<T>;
}

declare module "npm:deno-std@1.4.0/async/debounce.js" {
  /** Calls once, when nobody has asked for it for that many milliseconds. */
  export function debounce<T extends unknown[]>(
    fn: (...values: T) => void,
    milliseconds: number,
  ): ((...values: T) => void) & { clear(): void };
}

declare module "npm:deno-std@1.4.0/async/delay.js" {
  /** Waits for so many milliseconds. */
  export function delay(ms: number, options?: { signal?: AbortSignal }): Promise<void>;
}

declare module "npm:deno-std@1.4.0/async/poll.js" {
  /** Calls again and again until the result is what is waited for. */
  export function poll<T>(
    fn: () => T | Promise<T>,
    isDone: (result: T) => boolean,
    options?: { interval?: number; signal?: AbortSignal },
  ): Promise<T>;
}

declare module "npm:deno-std@1.4.0/async/retry.js" {
  export interface RetryOptions {
    /** Factor by which each pause is longer than the one before. */
    multiplier?: number;
    /** Milliseconds that a pause lasts at most. */
    maxTimeout?: number;
    maxAttempts?: number;
    /** Milliseconds before the second attempt. */
    minTimeout?: number;
    /** 0: pauses as given; 1: anything between none and the pause. */
    jitter?: number;
    /** Whether another attempt makes sense; an error that is not retried is thrown as it is. */
    isRetriable?: (error: unknown) => boolean;
    signal?: AbortSignal;
  }
  /** What is thrown after the last attempt; its cause is the last error. */
  export class RetryError extends Error {}
  export function retry<T>(fn: () => T | Promise<T>, options?: RetryOptions): Promise<T>;
}

declare module "npm:deno-std@1.4.0/bytes/concat.js" {
  export function concat(buffers: readonly Uint8Array[]): Uint8Array<ArrayBuffer>;
}

declare module "npm:deno-std@1.4.0/cli/prompt_secret.js" {
  /** Asks without showing what is typed. */
  export function promptSecret(message: string): string | null;
}

declare module "npm:deno-std@1.4.0/crypto/timing_safe_equal.js" {
  /** Throws when the lengths differ. */
  export function timingSafeEqual(
    a: ArrayBuffer | ArrayBufferView,
    b: ArrayBuffer | ArrayBufferView,
  ): boolean;
}

declare module "npm:deno-std@1.4.0/encoding/base58.js" {
  export function encodeBase58(data: Uint8Array): string;
}

declare module "npm:deno-std@1.4.0/encoding/base64.js" {
  /** A text is encoded as UTF-8. */
  export function encodeBase64(src: string | Uint8Array | ArrayBuffer): string;
}

declare module "npm:deno-std@1.4.0/encoding/hex.js" {
  export function encodeHex(src: string | Uint8Array | ArrayBuffer): string;
  /** Throws when a character is no hexadecimal digit. */
  export function decodeHex(src: string): Uint8Array<ArrayBuffer>;
}

declare module "npm:deno-std@1.4.0/fmt/colors.js" {
  export function setColorEnabled(isEnabled: boolean): void;
  export function bold(text: string): string;
  export function cyan(text: string): string;
  export function green(text: string): string;
  export function red(text: string): string;
  export function yellow(text: string): string;
  export function dim(text: string): string;
}

declare module "npm:deno-std@1.4.0/html/entities.js" {
  export function escape(text: string): string;
  export function unescape(text: string): string;
}

declare module "npm:deno-std@1.4.0/media_types/content_type.js" {
  /** The value of the header for a file extension like `.css`. */
  export function contentType(extension: string): string | undefined;
}

declare module "npm:deno-std@1.4.0/streams/text_line_stream.js" {
  export class TextLineStream extends TransformStream<string, string> {}
}
