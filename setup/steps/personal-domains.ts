import { z } from "npm:zod@4.6.7";
import type { Context } from "../context.ts";
import { isMigrated } from "../project.ts";
import { FREE_MAIL, FRESH_PERSONAL_DOMAINS } from "../senders.ts";
import type { Step } from "../step.ts";
import { readSenders } from "./senders.ts";

const ROW = z.object({ domain: z.string() });

/** Whoever books from the team's own domains or from free mail is no company. */
export const personalDomains: Step = {
  name: "personal_domains",
  title: "Personal domains",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const plan = [`add your own domains and ${FREE_MAIL.length} free-mail providers`];
    if (!await isMigrated(context)) {
      return { state: "wrong", found: "not there before the migrations", plan };
    }
    const rows = await context.supabase.select(
      ROW,
      "select p.domain from public.personal_email_domains as p order by p.domain",
    );
    const isFresh = rows.map(({ domain }) => domain).join() === FRESH_PERSONAL_DOMAINS.join();
    return {
      state: "ok",
      found: `${rows.length} domains name no company${
        isFresh ? ": the six of a fresh install, without your own" : ""
      }`,
      // Offered once: a table that somebody has edited is as they want it.
      plan: isFresh ? plan : undefined,
    };
  },
  async mend(context) {
    const own = await listOwnDomains(context);
    const { talk, supabase } = context;
    if (own.length > 0 && !talk.confirm(`  Is ${own.join(", ")} you yourselves?`, true)) {
      own.length = 0;
    }
    const free = talk.confirm(`  Add ${FREE_MAIL.slice(0, 6).join(", ")} and their kind?`, true);
    const domains = [...own, ...free ? FREE_MAIL : []];
    if (domains.length === 0) return;
    await supabase.change(
      ROW,
      `insert into public.personal_email_domains (domain)
      select n.domain from jsonb_array_elements_text($1::text::jsonb) as n(domain)
      on conflict (domain) do nothing returning domain`,
      [JSON.stringify([...new Set(domains)])],
    );
  },
};

/** The domains that the team writes from, and that of the person whose key it is. */
async function listOwnDomains(context: Context): Promise<string[]> {
  const brands = context.settings.SENDERS === "keep" ? [] : await readSenders(context);
  const account = await context.once("account", () => context.calcom.readAccount());
  const domains = [
    ...brands.map(({ organizer_domain }) => organizer_domain),
    account.email.split("@")[1]?.toLowerCase() ?? "",
  ];
  return [...new Set(domains)].filter((domain) =>
    domain !== "" && !FREE_MAIL.includes(domain) && !FRESH_PERSONAL_DOMAINS.includes(domain)
  );
}
