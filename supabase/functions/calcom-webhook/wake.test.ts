import { assert, assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { wakeSendEmails } from "./wake.ts";

/** Wakes a function that answers with `status`; null: nobody is there. */
async function wake(status: number | null) {
  const calls: string[] = [];
  const lines: Record<string, unknown>[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ method, url, headers }) => {
      calls.push(`${method} ${new URL(url).pathname} ${headers.get("apikey")}`);
      return Response.json({}, { status: status ?? 200 });
    },
  );
  await wakeSendEmails({
    supabaseUrl: status === null ? "http://127.0.0.1:1" : `http://127.0.0.1:${server.addr.port}`,
    supabaseKey: "sb_secret_one",
    log: (line) => lines.push(line),
  });
  return { calls, lines };
}

Deno.test("the function is called with the key of the project", async () => {
  assertEquals(await wake(200), {
    calls: ["POST /functions/v1/send-emails sb_secret_one"],
    lines: [],
  });
});

Deno.test("that it was not reached, or refused, is told and harms nobody", async () => {
  for (const [status, problem] of [[503, "status 503"], [null, "TypeError"]] as const) {
    const { lines: [line] } = await wake(status);
    assertEquals(line?.problem, problem);
    assert(!JSON.stringify(line).includes("sb_secret"));
  }
});
