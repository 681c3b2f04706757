import { call, type DatabaseClient } from "../_shared/database.ts";
import type { Json } from "../_shared/database.types.ts";
import type { ApiAnswer, Calcom } from "./calcom.ts";
import { isObject } from "./calcom.ts";
import {
  advance,
  beginPlace,
  type Contract,
  CONTRACTS,
  FIELDS,
  listWithin,
  PAGE_SIZE,
  pageOf,
  type Place,
  readPage,
  restart,
  shrink,
} from "./paging.ts";
import { findSources } from "./scope.ts";

/** What is asked for. */
export interface Wish {
  /** History from this day on; null: what is usual. */
  since: string | null;
  /** Which round this belongs to, as an earlier answer said; null begins one. */
  tick: string | null;
  /** Only say what would be made. */
  isDryRun: boolean;
  /** Name what was compared too, so that whoever calls again can count each booking once. */
  isListing: boolean;
}

/** What reconciling needs from outside. */
export interface ReconcileDeps {
  database: DatabaseClient;
  /** Null: there is no key. */
  calcom: Calcom | null;
  /** Milliseconds after which no more page is read. */
  budget?: number;
  sleep?: (milliseconds: number) => Promise<void>;
  /** Rows of a page; as many as Cal.com gives unless told otherwise. */
  pageSize?: number;
}

/** What came of a call. */
export interface Reconciliation extends Record<string, unknown> {
  outcome: "done" | "goes_on" | "busy" | "stopped" | "skipped";
  /** Why it is not done, or what was left out. */
  reason?: string;
}

/** The platform ends a function after 150 s; what is under way then has its time. */
const BUDGET = 90_000;

/** Rows that the database compares in one transaction: it holds the locks of all their events. */
const ROWS_AT_ONCE = 25;

/** So many left out one after the other, and it is not the rows that are odd. */
const LEFT_OUT_AT_MOST = 10;

/** Milliseconds for them. */
const DATABASE_TIMEOUT = 30_000;

const OUT_OF_TIME = "The time of a call is up; the next one goes on.";

/** What `next_reconciliation_page` answers. */
interface Pass {
  is_busy: boolean;
  tick: string;
  id?: string;
  lease?: string;
  kind?: keyof typeof FIELDS;
  since?: string | null;
  until?: string | null;
  place?: Place | null;
}

/**
 * Reads Cal.com's bookings, page by page, and has the database compare them with the log, until all
 * is read or the time is up. After each page the database knows where to go on.
 *
 * @throws {DatabaseError} when the database does not answer; the next call goes on from the last page.
 */
export async function reconcile(wish: Wish, deps: ReconcileDeps): Promise<Reconciliation> {
  const { database, calcom, budget = BUDGET } = deps;
  if (calcom === null) {
    const reason = "CALCOM_API_KEY is not set: nothing is compared with Cal.com's API. " +
      "Set it: deno task connect.";
    await call(database.rpc("skip_reconciliation", { reason }));
    return { outcome: "skipped", skipped: reason, reason };
  }

  const end = performance.now() + budget;
  const created: Record<string, number> = {};
  const sum = { pages: 0, known: 0 };
  // Two passes may show the same booking, which is one.
  const compared = new Set<unknown>();
  const skipped = new Set<unknown>();
  /** What was left out, for the table and whoever asked. */
  const said: string[] = [];
  /** By pass; what waits in one of them waits in the other one too. */
  const waiting: Record<string, number> = {};
  let lease: string | undefined;
  let { tick } = wish;
  const result = (outcome: Reconciliation["outcome"], reason?: string): Reconciliation => ({
    outcome,
    tick,
    ...(reason !== undefined && { reason }),
    created,
    ...sum,
    bookings: compared.size,
    waiting: Math.max(0, ...Object.values(waiting)),
    skipped: skipped.size,
    ...(wish.isListing && { uids: [...compared].filter((one) => typeof one === "string") }),
  });

  while (true) {
    const pass = await call(database.rpc("next_reconciliation_page", {
      ...(tick !== null && { tick }),
      ...(lease !== undefined && { lease }),
      ...(wish.since !== null && { since: wish.since }),
      is_dry_run: wish.isDryRun,
    })) as unknown as Pass;
    tick = pass.tick;
    if (pass.is_busy) return result("busy", "Another call is at it.");
    if (pass.id === undefined) return result("done", said.join(" ") || undefined);
    lease = pass.lease!;

    const stop = await readPass({ ...pass, id: pass.id, lease, kind: pass.kind! });
    if (stop !== null) return stop;
  }

  /** Reads one pass to its end; what it returns ends the call. */
  async function readPass(
    pass: Pass & { id: string; lease: string; kind: keyof typeof FIELDS },
  ): Promise<Reconciliation | null> {
    const field = FIELDS[pass.kind];
    let place: Place | null = pass.place ?? null;
    let isResumed = place !== null;
    let notes: string[] = [];
    let hasRead = isResumed;
    let leftOut = 0;
    let leftOutInARow = 0;
    /** The first page that was refused since one was read. */
    let refused: Place | null = null;

    const save = (more: { answers?: Json[]; is_last?: boolean; is_released?: boolean }) =>
      call(database.rpc("save_reconciliation_page", {
        id: pass.id,
        lease: pass.lease,
        place: place as unknown as Json,
        ...more,
        ...(notes.length > 0 && { error: notes.join(" ") }),
      }));
    /** Leaves the rest to the next call. */
    const leave = async (outcome: Reconciliation["outcome"], reason: string) => {
      if (outcome === "stopped") notes.push(reason);
      await save({ is_released: true });
      return result(outcome, reason);
    };
    /** Waits for Cal.com when there is time for that; says otherwise what ends the call. */
    const handleTrouble = async (answer: ApiAnswer): Promise<Reconciliation | null> => {
      if (answer.kind === "throttled") {
        if (performance.now() + answer.wait > end) {
          return await leave("goes_on", "Cal.com asks to wait; the next call goes on.");
        }
        await (deps.sleep ?? sleep)(answer.wait);
        return null;
      }
      return await leave("stopped", "reason" in answer ? answer.reason : "");
    };

    while (true) {
      if (performance.now() > end) {
        return await leave("goes_on", OUT_OF_TIME);
      }
      if (place === null) {
        const sources = await findSources(calcom!);
        if (!Array.isArray(sources)) {
          const stop = await handleTrouble(sources);
          if (stop !== null) return stop;
          continue;
        }
        place = beginPlace(
          sources,
          [pass.since ?? null, pass.until ?? null],
          deps.pageSize ?? PAGE_SIZE,
        );
      }

      const page = await fetchPage(place, field);
      if (page.kind === "refused") {
        if (isResumed && place.cursor !== null) {
          isResumed = false;
          place = restart(place);
          continue;
        }
        refused ??= place;
        const smaller = shrink(place, page.contract);
        if (smaller.leftOut) {
          leftOut++;
          leftOutInARow++;
          notes = [
            `Cal.com's API cannot show ${leftOut === 1 ? "one" : leftOut} of its bookings ` +
            `(${page.reason}): left out.`,
          ];
        }
        if (leftOutInARow > LEFT_OUT_AT_MOST) {
          const reason = `Cal.com's API refuses one page after the other (${page.reason})`;
          // A server that does not know how this pass asks must not keep the other one from its turn.
          if (!hasRead) {
            notes = [`${reason}: it may not know ${field.from}. Nothing was read.`];
            return await finish([]);
          }
          place = refused;
          notes = [];
          return await leave("stopped", `${reason}. The next call tries again.`);
        }
        if (smaller.place === null) return await finish([]);
        place = smaller.place;
        continue;
      }
      if (page.kind !== "page") {
        const stop = await handleTrouble(page);
        if (stop !== null) return stop;
        continue;
      }

      sum.pages++;
      hasRead = true;
      leftOutInARow = 0;
      refused = null;
      const next = advance(place, page.contract, field, page);
      const answers = await compare(listWithin(page.rows, place, field), place, pass.kind);
      if (next === null) return await finish(answers);
      place = next;
      if (!await save({ answers })) return result("busy", "Another call has taken over.");
    }

    /** What was held is compared last: now every row that may have taken its place is known. */
    async function finish(answers: Json[]): Promise<Reconciliation | null> {
      if (!await save({ answers })) return result("busy", "Another call has taken over.");
      while (true) {
        const answer = await call(
          database.rpc("reconcile_held_bookings", { id: pass.id, at_most: ROWS_AT_ONCE }),
          DATABASE_TIMEOUT,
        );
        if (answer === null) break;
        count([], answer, pass.kind);
        if (!await save({ answers: [answer] })) {
          return result("busy", "Another call has taken over.");
        }
        if (performance.now() > end) return await leave("goes_on", OUT_OF_TIME);
      }
      await save({ is_last: true });
      said.push(...notes);
      return null;
    }
  }

  async function compare(
    rows: unknown[],
    place: Place | null,
    kind: keyof typeof FIELDS,
  ): Promise<Json[]> {
    const answers: Json[] = [];
    const hostIds = place?.sources[0]?.hostIds ?? null;
    // Nothing is made of a dry run, so a booking would lack the same again.
    const wanted = wish.isDryRun ? rows.filter((row) => !compared.has(uidOf(row))) : rows;
    for (let at = 0; at < wanted.length; at += ROWS_AT_ONCE) {
      const some = wanted.slice(at, at + ROWS_AT_ONCE);
      const answer = await call(
        database.rpc("reconcile_calcom_bookings", {
          bookings: some as Json,
          is_backfill: kind === "backfill",
          ...(hostIds !== null && { host_ids: hostIds }),
          is_dry_run: wish.isDryRun,
          holds_ends: true,
        }),
        DATABASE_TIMEOUT,
      );
      answers.push(answer);
      count(some, answer, kind);
    }
    return answers;
  }

  function count(rows: unknown[], answer: Json, kind: keyof typeof FIELDS): void {
    const told = answer as unknown as {
      created: Record<string, number>;
      known: number;
      waiting: number;
      skipped: unknown[];
    };
    for (const [trigger, number] of Object.entries(told.created)) {
      created[trigger] = (created[trigger] ?? 0) + number;
    }
    for (const row of rows) compared.add(uidOf(row));
    for (const row of told.skipped) skipped.add(uidOf(row));
    sum.known += told.known;
    waiting[kind] = (waiting[kind] ?? 0) + told.waiting;
  }

  /** Asks in the contract that the server speaks: each is tried until one is known. */
  async function fetchPage(place: Place, field: typeof FIELDS[keyof typeof FIELDS]) {
    let last: Exclude<ApiAnswer, { kind: "ok" }> | null = null;
    for (const contract of place.contract === null ? CONTRACTS : [place.contract]) {
      const answer = await calcom!(pageOf(place, contract, field), contract);
      if (answer.kind === "ok") {
        const page = readPage(answer.body, contract);
        if (page !== null) return { kind: "page" as const, contract, ...page };
        last = {
          kind: "failed",
          reason: "Cal.com's API answers in a shape that this version does not know: nothing is " +
            "compared until it is updated.",
        };
      } else if (answer.kind === "refused" || answer.kind === "missing") {
        last = answer;
        if (answer.kind === "refused" && contract === place.contract) {
          return { ...answer, contract };
        }
      } else {
        return answer;
      }
    }
    return last!.kind === "refused" ? { ...last!, contract: CONTRACTS[1] as Contract } : last!;
  }
}

/** What a row is told by: its uid; without one it is its own. */
function uidOf(row: unknown): unknown {
  return isObject(row) && typeof row.uid === "string" ? row.uid : row;
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
