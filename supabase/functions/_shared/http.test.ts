import { assert, assertEquals, assertMatch, fail } from "npm:deno-std@1.4.0/assert/mod.js";
import { DatabaseError } from "./database.ts";
import { createEndpoint, type EndpointOptions, MAX_BODY_BYTES, readBody } from "./http.ts";

const URL = "http://localhost/";

/** A POST whose body arrives in chunks. */
function inChunks(chunks: Uint8Array<ArrayBuffer>[], onCancel = () => {}): Request {
  const left = [...chunks];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: onCancel,
  });
  return new Request(URL, { method: "POST", body });
}

/** Sends a request to an endpoint that accepts everything, but for `options`. */
async function send(request: Request, options: Partial<EndpointOptions> = {}) {
  const lines: Record<string, unknown>[] = [];
  const endpoint = createEndpoint({
    at: "test",
    verifyHeaders: () => null,
    handle: (body) =>
      Promise.resolve({ status: 200, body: { outcome: "applied", size: body.length } }),
    log: (line) => lines.push(line),
    ...options,
  });
  const { status, headers, ...response } = await endpoint(request).then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    body: await answer.json(),
  }));
  return { status, headers, body: response.body, lines };
}

Deno.test("the chunks of a body come back as one, in order", async () => {
  const body = await readBody(inChunks([Uint8Array.of(1, 2), Uint8Array.of(3)]), 3);
  assertEquals(body, Uint8Array.of(1, 2, 3));
});

Deno.test("no body is an empty one", async () => {
  assertEquals((await readBody(new Request(URL, { method: "POST" }), 10))?.length, 0);
});

Deno.test("a body over the cap is not read to its end", async () => {
  let isCancelled = false;
  const chunks = [new Uint8Array(10), Uint8Array.of(1), new Uint8Array(10)];
  assertEquals(await readBody(inChunks(chunks, () => isCancelled = true), 10), null);
  assert(isCancelled);
});

Deno.test("an accepted request is answered as JSON, and makes one line", async () => {
  const { status, headers, body, lines } = await send(inChunks([Uint8Array.of(1, 2)]), {
    describe: (answer) => ({ size: answer.body.size }),
  });
  assertEquals([status, body], [200, { outcome: "applied", size: 2 }]);
  assertEquals(headers.get("content-type"), "application/json");
  const [line, ...others] = lines;
  assertEquals(others, []);
  assertEquals(typeof line?.ms, "number");
  assertEquals({ ...line, ms: 0 }, {
    at: "test",
    status: 200,
    outcome: "applied",
    size: 2,
    ms: 0,
  });
});

Deno.test("who has nothing to tell makes no line", async () => {
  assertEquals((await send(inChunks([]), { describe: () => null })).lines, []);
});

Deno.test("405 with Allow: anything but a POST", async () => {
  for (const method of ["GET", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    const { status, headers, body } = await send(new Request(URL, { method }));
    assertEquals([status, headers.get("allow")], [405, "POST"], method);
    assertEquals(body.outcome, "method_not_allowed");
  }
});

Deno.test("the cap is accepted, one byte more is 413, whatever the length header says", async () => {
  const full = new Uint8Array(MAX_BODY_BYTES);
  assertEquals(MAX_BODY_BYTES, 1_048_576);
  assertEquals((await send(inChunks([full]))).status, 200);
  const request = new Request(inChunks([full, Uint8Array.of(1)]), {
    headers: { "content-length": "10" },
  });
  const { status, body } = await send(request, { verify: () => fail("not to be read") });
  assertEquals(status, 413);
  assertMatch(body.reason, /1048576 bytes/);
});

/** A POST whose body nobody may read. */
function unreadable(headers: Record<string, string> = {}): Request {
  const body = new ReadableStream({ pull: () => fail("not to be read") }, { highWaterMark: 0 });
  return new Request(URL, { method: "POST", body, headers });
}

Deno.test("413 at once: a length header over the cap", async () => {
  const headers = { "content-length": String(MAX_BODY_BYTES + 1) };
  const { status, body } = await send(unreadable(headers));
  assertEquals([status, body.outcome], [413, "too_large"]);
});

Deno.test("503 with Retry-After: a body that breaks off", async () => {
  const body = new ReadableStream({
    start: (controller) => controller.error(new Error("broken")),
  });
  const { status, headers } = await send(new Request(URL, { method: "POST", body }));
  assertEquals(status, 503);
  assert(Number(headers.get("retry-after")) > 0);
});

Deno.test("503 with Retry-After: a body that is too slow, and the rest of it is not read", async () => {
  let isCancelled = false;
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(Uint8Array.of(1)),
    cancel: () => void (isCancelled = true),
  });
  const { status, headers } = await send(new Request(URL, { method: "POST", body }), {
    bodyTimeout: 1,
  });
  assertEquals(status, 503);
  assert(Number(headers.get("retry-after")) > 0);
  assert(isCancelled);
});

Deno.test("401 with one text, the problem in the log, and nothing is handled", async () => {
  const handle = () => fail("not to be handled");
  const refusals = [
    await send(unreadable(), { verifyHeaders: () => "The signature is missing", handle }),
    await send(inChunks([]), { verify: () => "The signature is wrong", handle }),
  ];
  assertEquals(refusals.map(({ status }) => status), [401, 401]);
  assertEquals(refusals[0]!.body, refusals[1]!.body);
  assertEquals(refusals.map(({ lines }) => lines[0]!.problem), [
    "The signature is missing",
    "The signature is wrong",
  ]);
});

Deno.test("who is refused by the headers does not learn whether the body is too large", async () => {
  const headers = { "content-length": String(MAX_BODY_BYTES + 1) };
  assertEquals((await send(unreadable(headers), { verifyHeaders: () => "no" })).status, 401);
});

for (
  const [error, reason] of [
    [new DatabaseError("57P01", 500), "The database answered 57P01: send it again"],
    [new DatabaseError("", 502), "The database answered status 502: send it again"],
    [new DatabaseError(""), "The database answered nothing: send it again"],
    [new TypeError("about ada@lovelace.test"), "It broke off (TypeError): send it again"],
  ] as const
) {
  Deno.test(`503, without anybody's data: ${reason}`, async () => {
    const { status, headers, body, lines } = await send(inChunks([]), {
      handle: () => Promise.reject(error),
    });
    assertEquals([status, body], [503, { outcome: "unavailable", reason }]);
    assert(Number(headers.get("retry-after")) > 0);
    assert(!JSON.stringify(lines).includes("@"));
  });
}
