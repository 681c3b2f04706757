import { assert, assertEquals, assertMatch } from "npm:deno-std@1.4.0/assert/mod.js";
import { startStack } from "../local/stack/stack.ts";

const readme = await Deno.readTextFile(new URL("../README.md", import.meta.url));

/** A deal as the example of the README asks for it. */
interface Deal {
  status: string;
  companies: { domain: string };
  bookings: { people: { email: string } }[];
}

Deno.test("what the README shows to run does run", async (t) => {
  const stack = await startStack({ port: 0, data: "memory", seed: true });
  try {
    await t.step("the program that asks for deals", async () => {
      const [, program] = /```ts\n(.*?)```/s.exec(readme)!;
      const file = await Deno.makeTempFile({ suffix: ".ts" });
      await Deno.writeTextFile(file, program!);
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--quiet", "--no-lock", "-A", file],
        env: { SUPABASE_URL: stack.url, SUPABASE_SECRET_KEY: stack.secretKey },
      }).output().finally(() => Deno.remove(file));

      assertEquals(new TextDecoder().decode(stderr), "");
      const deals = JSON.parse(new TextDecoder().decode(stdout)) as Deal[];
      const harborlight = deals.find(({ companies }) => companies.domain === "harborlight.example");
      assertEquals(harborlight?.status, "active");
      assertEquals(
        harborlight?.bookings.map(({ people }) => people.email).toSorted(),
        ["ines@harborlight.example", "luc@harborlight.example"],
      );
    });

    await t.step("every statement of the chapter on operation", async () => {
      const [, chapter] = /## Operation\n(.*?)\n## /s.exec(readme)!;
      const statements = Array.from(
        chapter!.matchAll(/\| `((?:select|call) .*?)` \|/g),
        ([, statement]) => statement!.replaceAll("<id>", crypto.randomUUID()),
      );
      assert(statements.length >= 15, `Only ${statements.length} statements found`);
      for (const statement of statements) {
        const error = await stack.sql(statement).then(() => null, String);
        // An id that was made up here is told to be unknown, in so many words.
        if (error !== null) assertMatch(error, /Cannot retry (event|mail) .*: the .* has no such/);
      }
    });

    await t.step("what is done by hand and what is configured", async () => {
      const chapters = readme.matchAll(/\n## (?:Work by hand|Configuration)\n(.*?)(?=\n## )/gs);
      for (const [, chapter] of chapters) {
        for (const [, block] of chapter!.matchAll(/```sql\n(.*?)```/gs)) await stack.sql(block!);
      }
      const edits = await stack.sql<{ reason: string }>(
        "select reason from hand_edits where editor = 'postgres' order by number",
      );
      assertEquals(edits.map(({ reason }) => reason), [
        "Closed by hand by postgres.",
        "Deal entered by hand by postgres.",
        "Person changed by hand (company id) by postgres.",
      ]);
      const [setting] = await stack.sql<{ count: number }>(
        "select count(*) from settings where value in ('last_meeting', '50', '2000')",
      );
      assertEquals(setting?.count, 3);
    });
  } finally {
    await stack.close();
  }
});
