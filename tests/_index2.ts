import { assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { startStack } from "../../../local/stack.ts";
import { openOutbox } from "../_testing/outbox.ts";

Deno.test("as they are deployed, one function sends what is due, the other hears of it", async () => {
  const stack = await startStack({ port: 0, data: "memory", functions: true });
  try {
    assertEquals(stack.functions.toSorted(), [
      "calcom-webhook",
      "resend-webhook",
      "send-emails",
    ]);
    const outbox = await openOutbox(stack);
    await outbox.owe(1);

    const send = (headers: Record<string, string>) =>
      fetch(`${stack.url}/functions/v1/send-emails`, { method: "POST", headers });
    const refused = await send({ apikey: stack.publishableKey });
    assertEquals(refused.status, 401);
    await refused.body?.cancel();
    const answer = await send({ apikey: stack.secretKey });
    // The schedule of the stack may have been faster.
    assertEquals((await answer.json()).outcome, "done");
    const [message] = stack.sandbox.messages();
    assertMatch(message!.subject, /^Confirmed/);

    const { method, headers, body } = stack.sandbox.report(message!.id, {
      type: "email.delivered",
    });
    const heard = await fetch(`${stack.url}/functions/v1/resend-webhook`, {
      method,
      headers,
      body,
    });
    assertEquals((await heard.json()).outcome, "applied");
    assertEquals((await outbox.mails())[0]!.delivery, "delivered");
  } finally {
    await stack.close();
  }
});
