import { assert, assertEquals, assertMatch, assertThrows } from "npm:deno-std@1.4.0/assert/mod.js";
import { readEnv } from "./env.ts";

const BASE = { SUPABASE_URL: "http://127.0.0.1:1", SUPABASE_SECRET_KEY: "sb_secret_one" };

const ONE = "a secret of more";
const TWO = "than 15 letters!";

function read(variables: Record<string, string>) {
  return readEnv(
    ["CALCOM_WEBHOOK_SECRET", "RESEND_API_KEY"],
    (name) => variables[name],
  );
}

Deno.test("the environment is frozen, its lists too", () => {
  const env = read({ ...BASE, CALCOM_WEBHOOK_SECRET: ONE });
  assert(Object.isFrozen(env));
  assert(Object.isFrozen(env.calcomSecrets));
});

Deno.test("all that is missing to start is named at once", () => {
  const { message } = assertThrows(() => read({}), Error);
  assertMatch(message, /SUPABASE_URL and a secret key .*SUPABASE_SERVICE_ROLE_KEY/);
  assertThrows(() => read({ SUPABASE_URL: "http://127.0.0.1:1" }), Error, "without a secret key");
  assertThrows(() => read({ SUPABASE_SECRET_KEY: "key" }), Error, "without SUPABASE_URL");
});

Deno.test("what only makes the function useless is named, and does not stop it", () => {
  assertEquals(read(BASE).missing, ["CALCOM_WEBHOOK_SECRET", "RESEND_API_KEY"]);
  assertEquals(read({ ...BASE, CALCOM_WEBHOOK_SECRET: " , ,", RESEND_API_KEY: " " }).missing, [
    "CALCOM_WEBHOOK_SECRET",
    "RESEND_API_KEY",
  ]);
  assertEquals(read({ ...BASE, CALCOM_WEBHOOK_SECRET: ONE, RESEND_API_KEY: "re" }).missing, []);
});

Deno.test("several secrets are separated by commas, trimmed, without empty ones", () => {
  const env = read({ ...BASE, CALCOM_WEBHOOK_SECRET: ` ${ONE}, ,${TWO} ,` });
  assertEquals([env.calcomSecrets, env.tooShort], [[ONE, TWO], []]);
});

for (const text of ["correct horse, x", `${ONE},x`, `x,${ONE}`, ONE.slice(1), "x"]) {
  Deno.test(`a secret with a part that is easily guessed counts for nothing: ${text}`, () => {
    const names = ["CALCOM_WEBHOOK_SECRET", "RESEND_WEBHOOK_SECRET", "SEND_EMAILS_SECRET"] as const;
    for (const name of names) {
      const env = readEnv(names, (one) => ({ ...BASE, [name]: text })[one]);
      assertEquals(env.tooShort, [name]);
      assertEquals(env.missing, names.filter((other) => other !== name));
      assertEquals(
        [...env.calcomSecrets, ...env.resendWebhookSecrets, ...env.sendEmailsSecrets],
        [],
      );
    }
  });
}

Deno.test("a key of Resend's may have any length", () => {
  assertEquals(read({ ...BASE, RESEND_API_KEY: "re" }).tooShort, []);
});

for (
  const [name, keys, expected] of [
    ["the named default comes first", { SUPABASE_SECRET_KEYS: '{"default":"named"}' }, "named"],
    ["no default among the names", { SUPABASE_SECRET_KEYS: '{"other":"x"}' }, "sb_secret_one"],
    ["names that are not JSON", { SUPABASE_SECRET_KEYS: "{" }, "sb_secret_one"],
    ["names that are null", { SUPABASE_SECRET_KEYS: "null" }, "sb_secret_one"],
    ["the legacy key comes last", { SUPABASE_SERVICE_ROLE_KEY: "legacy" }, "sb_secret_one"],
    ["only the legacy key", {
      SUPABASE_SECRET_KEY: "",
      SUPABASE_SERVICE_ROLE_KEY: "legacy",
    }, "legacy"],
  ] as const
) {
  Deno.test(`secret key: ${name}`, () => {
    assertEquals(read({ ...BASE, ...keys }).supabaseKey, expected);
  });
}

Deno.test("Resend's address is its own unless another is given", () => {
  assertEquals(read(BASE).resendBaseUrl, null);
  assertEquals(read({ ...BASE, RESEND_BASE_URL: "http://x" }).resendBaseUrl, "http://x");
});

Deno.test("only what the function wants is missing", () => {
  const env = readEnv(["RESEND_WEBHOOK_SECRET"], (name) => ({ ...BASE, RESEND_API_KEY: "" })[name]);
  assertEquals(env.missing, ["RESEND_WEBHOOK_SECRET"]);
});

Deno.test("every secret key of the project counts as one", () => {
  assertEquals(
    read({
      ...BASE,
      SUPABASE_SECRET_KEYS: '{"default":"named","cron":" other ","none":""}',
      SUPABASE_SERVICE_ROLE_KEY: "legacy",
    }).secretKeys,
    ["named", "other", "sb_secret_one", "legacy"],
  );
  assertEquals(read({ ...BASE, SUPABASE_SECRET_KEYS: '"abc"' }).secretKeys, ["sb_secret_one"]);
});
