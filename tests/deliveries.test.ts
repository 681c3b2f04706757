import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import { createHmac } from "node:crypto";
import { changeEvents } from "../local/event-changes.ts";
import { startStack } from "../local/stack/stack.ts";

const SAMPLE = new URL("./fixtures/calcom/booking-created-business.json", import.meta.url);

Deno.test("every status of a mail can be seen on the local stack", async (t) => {
  const stack = await startStack({ port: 0, data: "memory", functions: true });
  const event = JSON.parse(await Deno.readTextFile(SAMPLE));

  /** Books with an address, as `task send --new --to` does, and waits for what becomes of the mail. */
  async function book(to: string, expected: string[]): Promise<void> {
    const body = JSON.stringify(changeEvents([event], { isNew: true, to })[0]);
    const signature = createHmac("sha256", stack.webhookSecret).update(body).digest("hex");
    const response = await fetch(`${stack.url}/functions/v1/calcom-webhook`, {
      method: "POST",
      headers: { "x-cal-signature-256": signature },
      body,
    });
    assertEquals((await response.json()).outcome, "applied");

    let found: string[] = [];
    for (const end = Date.now() + 20_000; Date.now() < end; await delay(100)) {
      const rows = await stack.sql<{ status: string }>(
        `select coalesce(delivery, status) as status from public.emails
         where to_address = $1 order by created_at`,
        [to],
      );
      found = rows.map(({ status }) => status);
      if (found.join() === expected.join()) return;
    }
    assertEquals(found, expected);
  }

  try {
    for (const name of ["delivered", "bounced", "complained", "suppressed"]) {
      await t.step(
        `a mail to ${name}@resend.dev is ${name}`,
        () => book(`${name}+ann@resend.dev`, [name]),
      );
    }
    await t.step(
      "the next mail to an address that bounced is dropped",
      () => book("bounced+ann@resend.dev", ["bounced", "dropped"]),
    );
    await t.step("a mail to example.com fails", () => book("ada@example.com", ["failed"]));
    await t.step("a mail from a domain that nobody can verify fails", async () => {
      await stack.sql(
        "update public.senders set from_address = 'team@brand.invalid' where is_default",
      );
      await book("ada@acme.example", ["failed"]);
    });
  } finally {
    await stack.close();
  }
});
