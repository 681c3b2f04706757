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
  export function assertRejects(fn: () => Promise<unknown>): Promise<unknown>;
  /** `part` has to stand in the message of what is thrown. */
  export function assertRejects(
    fn: () => Promise<unknown>,
    type: abstract new (...parameters: never) => Error,
    part?: string,
  ): Promise<Error>;
  /** `part` has to stand in the message of what is thrown. */
  export function assertThrows(
    fn: () => unknown,
    type: abstract new (...parameters: never) => Error,
    part?: string,
  ): Error;
}

declare module "npm:deno-std@1.4.0/async/deadline.js" {
  /** Rejects when the promise takes longer than that many milliseconds. */
  export function deadline<T>(promise: Promise<T>, milliseconds: number): Promise<T>;
}

declare module "npm:deno-std@1.4.0/async/delay.js" {
  /** Rejects when it is aborted. */
  export function delay(milliseconds: number, options?: { signal?: AbortSignal }): Promise<void>;
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
  export function dim(text: string): string;
  export function cyan(text: string): string;
  export function green(text: string): string;
  export function red(text: string): string;
  export function yellow(text: string): string;
}

declare module "npm:deno-std@1.4.0/html/entities.js" {
  export function escape(text: string): string;
}

declare module "npm:deno-std@1.4.0/media_types/content_type.js" {
  /** The value of the header for a file extension like `.css`. */
  export function contentType(extension: string): string | undefined;
}

declare module "npm:deno-std@1.4.0/streams/limited_bytes_transform_stream.js" {
  /** Fails with a RangeError, if told so, when more than `size` bytes go through. */
  export class LimitedBytesTransformStream
    extends TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
    constructor(size: number, options?: { error?: boolean });
  }
}

declare module "npm:deno-std@1.4.0/streams/text_line_stream.js" {
  export class TextLineStream extends TransformStream<string, string> {}
}

declare module "npm:deno-std@1.4.0/streams/to_array_buffer.js" {
  export function toArrayBuffer(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  ): Promise<ArrayBuffer>;
}
