import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { limitBody } from "./body-limit.ts";

const MIB = 1024 * 1024;

/** A request whose body comes in chunks of 1 MiB, and how many of them were asked for. */
function makeRequest(chunks: number) {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (sent++ < chunks) controller.enqueue(new Uint8Array(MIB));
      else controller.close();
    },
  });
  const request = new Request("http://127.0.0.1/", { method: "POST", body });
  return { request, sent: () => sent };
}

const readAll = async (request: Request) => Response.json((await request.bytes()).length);

Deno.test("a body of 16 MiB gets through, in chunks too", async () => {
  const answer = await limitBody(makeRequest(16).request, readAll);
  assertEquals([answer.status, await answer.json()], [200, 16 * MIB]);
});

Deno.test("of one that does not say how long it is no more is read than the cap", async () => {
  for (
    const answer of [
      readAll,
      // As a program does that has another word for whatever goes wrong.
      (request: Request) => readAll(request).catch(() => Response.json({}, { status: 400 })),
    ]
  ) {
    const { request, sent } = makeRequest(1000);
    const answered = await limitBody(request, answer);
    assertEquals([answered.status, (await answered.json()).code], [413, "TOO_LARGE"]);
    assert(sent() < 20, `${sent()} MiB`);
  }
});

Deno.test("whoever needs no body does not wait for one", async () => {
  const body = new ReadableStream<Uint8Array>({});
  const request = new Request("http://127.0.0.1/", { method: "POST", body });
  const answer = await limitBody(request, () => Promise.resolve(new Response("no")));
  assertEquals(await answer.text(), "no");
});

Deno.test("what goes wrong with a body of any other length is told", async () => {
  const answer = () => Promise.reject(new TypeError("broken"));
  const message = await limitBody(makeRequest(1).request, answer).catch(String);
  assertEquals(message, "TypeError: broken");
});
