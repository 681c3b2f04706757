import assert from "node:assert/strict";
import { BODY_CAP, readBody } from "./body.ts";

function request(chunks: Uint8Array<ArrayBuffer>[], onCancel = () => {}): Request {
  const left = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: onCancel,
  });
  return new Request("http://localhost/", { method: "POST", body });
}

Deno.test("the chunks of a body come back as one, in order", async () => {
  const body = await readBody(request([Uint8Array.of(1, 2), Uint8Array.of(3)]));
  assert.deepEqual(body, Uint8Array.of(1, 2, 3));
});

Deno.test("no body is an empty one", async () => {
  assert.equal((await readBody(new Request("http://localhost/", { method: "POST" })))?.length, 0);
});

Deno.test("exactly the cap is read", async () => {
  const body = await readBody(request([new Uint8Array(BODY_CAP - 1), Uint8Array.of(7)]));
  assert.equal(body?.length, 1_048_576);
  assert.equal(body?.at(-1), 7);
});

Deno.test("one byte over the cap is refused, and the rest is not read", async () => {
  let isCancelled = false;
  const body = await readBody(
    request(
      [new Uint8Array(BODY_CAP), Uint8Array.of(1), new Uint8Array(BODY_CAP)],
      () => isCancelled = true,
    ),
  );
  assert.equal(body, null);
  assert.ok(isCancelled);
});
