import { assertEquals } from "npm:deno-std@1.4.0/assert/mod.js";
import { delay } from "npm:deno-std@1.4.0/async/delay.js";
import { createHmac } from "node:crypto";
import { changeEvents } from "../local/event-changes.ts";
import { type Stack, startStack } from "../local/stack/stack.ts";

const SAMPLE = new URL("./fixtures/calcom/booking-created-business.json", import.meta.url);

/** Books with an address, over the webhook, as `task send --new --to` does. */
async function book({ url, webhookSecret }: Stack, to: string): Promise<void> {
  const event = JSON.parse(await Deno.readTextFile(SAMPLE));
  const body = JSON.stringify(
    changeEvents([event], { isNew: true, to })[0],
  );
  const response = await fetch(`${url}/functions/v1/calcom-webhook`, {
    method: "POST",
    headers: {
      "x-cal-signature-256": createHmac("sha256", webhookSecret).update(body).digest("hex"),
    },
    body,
  });
  assertEquals((await response.json()).outcome, "applied");
}

/** Waits until the outbox says what is expected about the mails to an address. */
async function waitFor(stack: Stack, to: string, expected: string[]): Promise<void> {
  let found: string[] = [];
  for (const end = Date.now() + 20_000; Date.now() < end; await delay(100)) {
    const rows = await stack.sql<{ status: string; delivery: string | null }>(
      "select status, delivery from public.emails where to_address = $1 order by created_at",
      [to],
    );
    found = rows.map(({ status, delivery }) => delivery ?? status);
    if (JSON.stringify(found) === JSON.stringify(expected)) return;
  }
  assertEquals(found, expected);
}

Deno.test("every status of a mail can be seen on the local stack", async (t) => {
  const stack = await startStack({ port: 0, data: "memory", functions: true });
  try {
    for (const name of ["delivered", "bounced", "complained", "suppressed"]) {
      await t.step(`a mail to ${name}@resend.dev is ${name}`, async () => {
        const to = `${name}+${name}@resend.dev`;
        await book(stack, to);
        await waitFor(stack, to, [name]);
      });
    }

    await t.step("the next mail to an address that bounced is dropped", async () => {
      const to = "bounced+bounced@resend.dev";
      await book(stack, to);
      await waitFor(stack, to, ["bounced", "dropped"]);
    });

    await t.step("a mail to example.com fails", async () => {
      await book(stack, "ada@example.com");
      await waitFor(stack, "ada@example.com", ["failed"]);
    });

    await t.step("a mail from a domain that nobody can verify fails", async () => {
      await stack.sql(
        "update public.senders set from_address = 'team@brand.invalid' where is_default",
      );
      await book(stack, "ada@acme.example");
      await waitFor(stack, "ada@acme.example", ["failed"]);
    });
  } finally {
    await stack.close();
  }
});
