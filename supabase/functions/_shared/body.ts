/** 1 MiB. The largest bodies seen are some ten kilobytes; notes and answers have no limit of their own. */
export const BODY_CAP = 1024 * 1024;

/**
 * Reads a body, but never more than the cap.
 * Counts while reading: a Content-Length can lie, and a chunked body has none.
 *
 * @param cap in bytes; a body of exactly that many is fine.
 * @returns the bytes, or null when there are more than the cap.
 * @throws when the sender breaks off.
 */
export async function readBody(
  request: Request,
  cap: number = BODY_CAP,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the stream: the rest is not read.
    if (size > cap) return null;
    chunks.push(chunk);
  }

  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return body;
}
