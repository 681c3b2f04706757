import { createHmac } from "node:crypto";
import { assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { verifySignature } from "./signature.ts";

const BODY = new TextEncoder().encode('{"triggerEvent":"PING","name":"Zoë"}');

function sign(secret: string, body: Uint8Array = BODY): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

function check(header: string | null, secrets: string[], body = BODY) {
  return verifySignature(body, { header, secrets });
}

Deno.test("the signature of any of the secrets is good", async () => {
  assertEquals(await check(sign("one"), ["one"]), null);
  assertEquals(await check(sign("two"), ["one", "two"]), null);
  assertEquals(await check(sign("one"), ["one", "two"]), null);
});

Deno.test("one other byte, or another secret, is not", async () => {
  assertMatch(await check(sign("one"), ["two"]) ?? "", /does not fit/);
  const other = BODY.slice();
  other[5]! ^= 1;
  assertMatch(await check(sign("one"), ["one"], other) ?? "", /does not fit/);
});

for (
  const [name, header, reason] of [
    ["none", null, /no X-Cal-Signature-256/],
    ["Cal.com's word for no secret", "no-secret-provided", /sent no signature/],
    ["upper case", sign("one").toUpperCase(), /lower-case/],
    ["a prefix", `sha256=${sign("one")}`, /64 lower-case/],
    ["one digit less", sign("one").slice(1), /64 lower-case/],
    ["twice the header", `${sign("one")}, ${sign("one")}`, /64 lower-case/],
    ["a line break at the end", `${sign("one")}\n`, /64 lower-case/],
    ["empty", "", /64 lower-case/],
  ] as const
) {
  Deno.test(`signature header refused: ${name}`, async () => {
    assertMatch(await check(header, ["one"]) ?? "", reason);
  });
}

Deno.test("without a secret every signature is refused, also one made with an empty secret", async () => {
  // The runtime's own HMAC takes an empty key, so this signature is a real one.
  assertMatch(await check(sign(""), []) ?? "", /CALCOM_WEBHOOK_SECRET is not set, or too short/);
  assertMatch(await check(sign(""), [""]) ?? "", /CALCOM_WEBHOOK_SECRET is not set, or too short/);
});
