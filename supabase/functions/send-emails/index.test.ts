import assert from "node:assert/strict";
import { startStack } from "../../../local/stack/stack.ts";
import { openOutbox } from "../_testing/outbox.ts";

Deno.test("as they are deployed, one function sends what is due, the other hears of it", async () => {
  const stack = await startStack({ port: 0, data: "memory", functions: true });
  try {
    assert.deepEqual(stack.functions.toSorted(), [
      "calcom-webhook",
      "resend-webhook",
      "send-emails",
    ]);
    const outbox = await openOutbox(stack);
    await outbox.owe(1);

    const send = (headers: Record<string, string>) =>
      fetch(`${stack.url}/functions/v1/send-emails`, { method: "POST", headers });
    const refused = await send({ apikey: stack.publishableKey });
    assert.equal(refused.status, 401);
    await refused.body?.cancel();
    const answer = await send({ apikey: stack.secretKey });
    // The schedule of the stack may have been faster.
    assert.equal((await answer.json()).outcome, "done");
    const [message] = stack.sandbox.messages();
    assert.match(message!.subject, /^Confirmed/);

    const { method, headers, body } = stack.sandbox.report(message!.id, {
      type: "email.delivered",
    });
    const heard = await fetch(`${stack.url}/functions/v1/resend-webhook`, {
      method,
      headers,
      body,
    });
    assert.equal((await heard.json()).outcome, "applied");
    assert.equal((await outbox.mails())[0]!.delivery, "delivered");
  } finally {
    await stack.close();
  }
});
