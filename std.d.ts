/**
 * The Deno standard library comes from npm as JavaScript without types.
 * Declared here is what the project uses of it, one block a module.
 */

declare module "npm:deno-std@1.4.0/async/deadline.js" {
  /** Rejects when the promise takes longer than that many milliseconds. */
  export function deadline<T>(promise: Promise<T>, milliseconds: number): Promise<T>;
}

declare module "npm:deno-std@1.4.0/async/delay.js" {
  /** Rejects when it is aborted. */
  export function delay(milliseconds: number, options?: { signal?: AbortSignal }): Promise<void>;
}

declare module "npm:deno-std@1.4.0/fmt/colors.js" {
  export function setColorEnabled(value: boolean): void;
  export function bold(text: string): string;
  export function dim(text: string): string;
  export function yellow(text: string): string;
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
