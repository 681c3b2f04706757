/** The mail to whoever runs this: what is wrong, what to do, and what is well again. In English. */
import type { Json } from "../../_shared/database.types.ts";
import { toLine } from "./sanitize.ts";
import { toDate } from "./time.ts";
import { defang } from "./typed.ts";
import type { Brand, EmailRow } from "./types.ts";
import { asArray, asObject, readBrand } from "./view.ts";

/** Words, or a command to copy. */
export type Piece = { words: string } | { command: string };

/** A check of `public.health()` that is wrong. */
export interface AlarmItem {
  title: string;
  isNew: boolean;
  since: string | null;
  detail: string;
  whatToDo: Piece[];
}

/** A check that was wrong. */
export interface RecoveryItem {
  title: string;
  since: string | null;
  until: string | null;
}

/** Everything that the template needs. Every text in it is clean. */
export interface AlarmView {
  subject: string;
  heading: string;
  wrong: AlarmItem[];
  well: RecoveryItem[];
  brand: Brand;
}

/** What each check looks after, as it stands in a list. */
const TITLES: Readonly<Record<string, string>> = {
  undecided_events: "undecided events",
  failed_events: "failed events",
  waiting_emails: "mails that do not go out",
  failed_emails: "failed mails",
  schedule: "the schedule",
  vault: "the secrets in Vault",
  silence: "missing webhooks",
  reconciliation: "the search for lost webhooks",
  suppressed_senders: "mails that come back",
  delivery_reports: "Resend's reports",
  senders: "the default sender",
};

/** Reads an alarm of the outbox. */
export function toAlarmView(email: EmailRow): AlarmView {
  const data = asObject(email.template_data);
  const wrong = asArray(data.wrong).map(readItem);
  const well = asArray(data.well).map(readRecovery);
  const list = (items: { title: string }[]) => items.map(({ title }) => title).join(", ");
  const [isWrong, isWell] = [wrong.length > 0, well.length > 0];

  return {
    subject: toLine(
      [
        ...(isWrong ? [`Wrong in calcom-deals: ${list(wrong)}`] : []),
        ...(isWell
          ? [`${isWrong ? "well again" : "Well again in calcom-deals"}: ${list(well)}`]
          : []),
      ].join("; "),
      200,
    ) ?? "calcom-deals",
    heading: isWrong ? "Something is wrong" : "It is well again",
    wrong,
    well,
    brand: readBrand(email, asObject(data.brand)),
  };
}

function readItem(value: Json): AlarmItem {
  const { check, since, detail, what_to_do, is_new } = asObject(value);
  return {
    title: titleOf(check),
    isNew: is_new === true,
    since: formatMoment(toLine(since)),
    // It can hold what Resend or a job has said.
    detail: defang(toLine(detail, 1000) ?? ""),
    whatToDo: readPieces(toLine(what_to_do, 2000) ?? ""),
  };
}

function readRecovery(value: Json): RecoveryItem {
  const { check, since, well_at } = asObject(value);
  return {
    title: titleOf(check),
    since: formatMoment(toLine(since)),
    until: formatMoment(toLine(well_at)),
  };
}

/** By the minute, in UTC: whoever runs this compares it with logs. Null for what is no time. */
function formatMoment(text: string | null): string | null {
  const iso = toDate(text)?.toISOString();
  return iso === undefined ? null : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** A check of a later version is called by its name. */
function titleOf(check: Json | undefined): string {
  const name = toLine(check, 50) ?? "something";
  return TITLES[name] ?? name.replaceAll("_", " ");
}

/** What stands between backticks is a command. */
function readPieces(text: string): Piece[] {
  return text.split("`").flatMap((part, place) =>
    part === "" ? [] : [place % 2 === 1 ? { command: part } : { words: part }]
  );
}
