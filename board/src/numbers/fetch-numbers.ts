import { ask, supabase } from "../supabase.ts";
import { hasEnd } from "./format.ts";
import type { Numbers } from "./measures.ts";

/** What the page is asked for. */
export interface Question {
  /** Of which time: a period of board_numbers. */
  period: string;
  /** In which steps: another one. */
  unit: string;
  brand: string | null;
  host: string | null;
}

export interface Answers {
  /** The whole time; null when nothing was booked in it. */
  whole: Numbers | null;
  /** Step by step, the oldest first. */
  steps: Numbers[];
  /** Of the whole time: each brand, followed by its hosts. */
  parts: Numbers[];
}

/** Fetches all numbers of the page. */
export async function fetchNumbers(question: Question): Promise<Answers> {
  const now = new Date();
  const { period, unit, brand, host } = question;
  const after = earliest(period, unit, now);
  const [rows, parts, everybody] = await Promise.all([
    ask(
      ofScope(question)
        .or(`period.eq.${unit},and(period.eq.${period},until.gt.${now.toISOString()})`)
        .gte("since", after)
        .order("since", { ascending: false }),
    ),
    ask(
      ofParts(question)
        .eq("period", period)
        .gt("until", now.toISOString())
        .gte("since", after)
        .order("brand")
        .order("level")
        .order("host"),
    ),
    brand ?? host ? fetchSteps(unit, after) : null,
  ]);
  const whole = rows.find((row) => row.period === period && isAfter(row.until, now)) ?? null;
  const steps = rows.filter((row) => row.period === unit).reverse();
  const first = steps[0] ? Date.parse(steps[0].since!) : Infinity;
  return {
    whole,
    // Where a host or brand had nothing there is no row, but there is a step.
    steps: (everybody?.filter(({ since }) => Date.parse(since!) >= first) ?? steps)
      .filter(({ until }) => !hasEnd(whole?.since) || isAfter(until, new Date(whole.since)))
      .map((step) => steps.find(({ since }) => since === step.since) ?? { ...NOTHING, ...step }),
    parts,
  };
}

/** Every step from a moment on, whoever had something in it. */
async function fetchSteps(unit: string, after: string) {
  return await ask(
    supabase()
      .from("board_numbers")
      .select("period,since,until")
      .eq("period", unit)
      .eq("level", "all")
      .gte("since", after)
      .order("since"),
  );
}

const DAYS: Record<string, number> = {
  last_30_days: 30,
  last_90_days: 90,
  week: 7,
  month: 31,
  quarter: 92,
  year: 366,
  all: Infinity,
};

/** A moment before the first step of a time: the view reads what is later, and no more. */
function earliest(period: string, unit: string, now: Date): string {
  const days = DAYS[period]! + DAYS[unit]!;
  return days === Infinity
    ? "-infinity"
    : new Date(now.getTime() - days * 86_400_000).toISOString();
}

/** What the view says of a time in which nothing was. */
const NOTHING: Omit<Numbers, "period" | "since" | "until"> = {
  level: "none",
  brand: null,
  host: null,
  bookings: 0,
  to_come: 0,
  over: 0,
  met: 0,
  no_show: 0,
  cancelled: 0,
  show_rate: null,
  cancelled_rate: null,
  median_lead_time: null,
  deals: 0,
  deals_met: 0,
  met_rate: null,
};

/** The numbers of everybody, of a brand, or of a host. */
function ofScope({ brand, host }: Question) {
  const numbers = supabase().from("board_numbers").select();
  if (host !== null) return numbers.eq("level", "host").eq("host", host);
  if (brand !== null) return numbers.eq("level", "brand").eq("brand", brand);
  return numbers.eq("level", "all");
}

function ofParts({ brand, host }: Question) {
  const numbers = supabase().from("board_numbers").select().in("level", [
    "brand",
    "host",
  ]);
  if (host !== null) return numbers.eq("host", host);
  return brand === null ? numbers : numbers.eq("brand", brand);
}

function isAfter(until: string | null, moment: Date): boolean {
  return !hasEnd(until) || Date.parse(until) > moment.getTime();
}

/** Whom one can choose: everybody who has had a meeting, with their brand. */
export async function fetchHosts(): Promise<{ host: string; brand: string | null }[]> {
  return await ask(supabase().rpc("board_hosts")) as { host: string; brand: string | null }[];
}
