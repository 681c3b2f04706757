/** Bytes of a body, to whatever part of the stack. A function has a smaller cap of its own. */
const MAX_BODY = 16 * 1024 * 1024;

/** As the platform puts it. */
const TOO_LARGE = { code: "TOO_LARGE", message: `More than ${MAX_BODY} bytes` };

/**
 * Hands a request on, but no more of its body than the cap: anybody may reach the stack through a
 * tunnel, and whoever reads a body keeps it whole.
 *
 * @param answer reads of the body what it needs, or nothing
 */
export async function limitBody(
  request: Request,
  answer: (request: Request) => Promise<Response>,
): Promise<Response> {
  const length = request.headers.get("content-length");
  if (Number(length) > MAX_BODY) return Response.json(TOO_LARGE, { status: 413 });
  // HTTP itself sees to it that no more comes than was said.
  if (request.body === null || length !== null) return await answer(request);

  let size = 0;
  const body = request.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        size += chunk.byteLength;
        if (size > MAX_BODY) controller.error(new RangeError(TOO_LARGE.message));
        else controller.enqueue(chunk);
      },
    }),
  );
  const { url, method, headers } = request;
  const limited = new Request(url, { method, headers, body });
  const answered = await answer(limited).catch((error: unknown) => {
    if (size <= MAX_BODY) throw error;
    return null;
  });
  // Whoever read a body that broke off there has another word for it.
  if (answered !== null && size <= MAX_BODY) return answered;
  await answered?.body?.cancel();
  return Response.json(TOO_LARGE, { status: 413 });
}
