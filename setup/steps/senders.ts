import { z } from "npm:zod@4.6.7";
import type { Context } from "../context.ts";
import { isMigrated } from "../project.ts";
import { FRESH_SENDERS, readBrands, type Sender } from "../senders.ts";
import type { Step } from "../step.ts";

const SENDER = z.object({
  organizer_domain: z.string(),
  from_address: z.string(),
  from_name: z.string().nullable(),
  is_default: z.boolean(),
});

/** What counts as untouched: the rows, and no looks of a brand. In SQL, for the change asks it too. */
const IS_FRESH = `(
  select coalesce(
    jsonb_agg(
      jsonb_build_array(s.organizer_domain, s.from_address, s.is_default)
      order by s.organizer_domain collate "C"
    ) = $1::text::jsonb
    and bool_and(
      s.attaches_calendar and coalesce(s.from_name, s.logo_url, s.color, s.footer) is null
    ),
    false
  )
  from public.senders as s
)`;

const FRESH = JSON.stringify(
  FRESH_SENDERS.map((one) => [one.organizer_domain, one.from_address, one.is_default]),
);

/** The brands, as they are. Nothing before the migrations. */
export async function readSenders(context: Context): Promise<Sender[]> {
  if (!await isMigrated(context)) return [];
  return await context.once("senders", () =>
    context.supabase.select(
      SENDER,
      `select s.organizer_domain, s.from_address, s.from_name, s.is_default
      from public.senders as s order by not s.is_default, s.organizer_domain`,
    ));
}

/** The mails speak for the team's own brands. */
export const senders: Step = {
  name: "senders",
  title: "Senders",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const plan = ["replace the six brands of a fresh install by yours (asks for them, or SENDERS)"];
    if (!await isMigrated(context)) {
      return { state: "wrong", found: "not there before the migrations", plan };
    }
    const all = await readSenders(context);
    const names = all.map(({ from_address }) => from_address).join(", ");
    if (all.length === 0) {
      return {
        state: "wrong",
        found: "there is none, so every mail waits",
        plan: ["add your brands"],
      };
    }
    const [row] = await context.supabase.select(
      z.object({ is_fresh: z.boolean() }),
      `select ${IS_FRESH} as is_fresh`,
      [FRESH],
    );
    if (row?.is_fresh && context.settings.SENDERS !== "keep") {
      return {
        state: "warning",
        found: `the six brands of a fresh install (${names})`,
        todo: [
          "If they are not yours, give yours: deno task connect, or rows of the table senders",
        ],
        plan,
      };
    }
    if (all.every(({ is_default }) => !is_default)) {
      return {
        state: "warning",
        found: `${names}; none is the default, so mails of other organizers wait`,
        todo: ["Choose one: update senders set is_default = true where organizer_domain = '…'"],
      };
    }
    const brands = readBrands(context.settings.SENDERS ?? "keep");
    const others = brands === "keep" ? [] : brands.filter((brand) => !has(all, brand));
    if (others.length > 0) {
      const domains = others.map(({ organizer_domain }) => organizer_domain).join(" and ");
      return {
        state: "warning",
        found: `${names}; what SENDERS says of ${domains} is left alone, because brands that ` +
          "somebody has touched are not replaced",
        todo: [`In the SQL editor: ${writeStatement(others)}`],
      };
    }
    return { state: "ok", found: names };
  },
  async mend({ settings, supabase, talk }) {
    if (talk.canAsk && settings.SENDERS === undefined) {
      talk.say(
        "  Your brands: whose meetings a mail speaks for is told by the domain of the organizer's\n" +
          "  address. Like: Example Team <team@example.com>; second.example = Second <hi@second.example>\n" +
          '  The first speaks for everybody else too. "keep" leaves the six as they are.',
      );
    }
    const text = settings.SENDERS ?? talk.ask("Your brands:", "SENDERS");
    settings.SENDERS = text;
    const wanted = readBrands(text);
    if (wanted === "keep") return;
    // One statement, so that it is done or not done; and only as long as nobody has touched them.
    await supabase.change(
      z.object({ organizer_domain: z.string() }),
      `with is_fresh as materialized (
        select ${IS_FRESH} or not exists (select from public.senders) as yes
      ), gone as (
        delete from public.senders as s using is_fresh as f
        where f.yes returning s.organizer_domain
      ), settled as materialized (
        select f.yes, (select count(*) from gone) as gone from is_fresh as f
      )
      insert into public.senders (organizer_domain, from_address, from_name, is_default)
      select n.organizer_domain, n.from_address, n.from_name, n.is_default
      from settled as d, jsonb_to_recordset($2::text::jsonb) as n(
        organizer_domain text, from_address text, from_name text, is_default boolean
      )
      where d.yes and d.gone >= 0
      returning organizer_domain`,
      [FRESH, JSON.stringify(wanted)],
    );
  },
};

/** Whether a brand is among others. What it is called a team may have changed since. */
function has(all: readonly Sender[], { organizer_domain, from_address }: Sender): boolean {
  return all.some((one) =>
    one.organizer_domain === organizer_domain && one.from_address === from_address
  );
}

/** What makes brands as they are wanted. */
function writeStatement(brands: readonly Sender[]): string {
  const quote = (text: string | null) => text === null ? "null" : `'${text.replaceAll("'", "''")}'`;
  const rows = brands.map(({ organizer_domain, from_address, from_name }) =>
    `(${[organizer_domain, from_address, from_name].map(quote).join(", ")})`
  );
  return `insert into senders (organizer_domain, from_address, from_name) values ${
    rows.join(", ")
  } ` +
    "on conflict (organizer_domain) do update set (from_address, from_name) = " +
    "(excluded.from_address, excluded.from_name)";
}
