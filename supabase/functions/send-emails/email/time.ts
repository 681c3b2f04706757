/** A stretch of time as an attendee reads it. */
export interface TimeView {
  /** ISO 8601. */
  start: string | null;
  /** ISO 8601; null: the start alone is shown. */
  end: string | null;
  /** IANA name; anything odd counts as UTC. */
  timeZone: string | null;
  /** BCP 47; anything odd counts as English. */
  locale: string | null;
}

const DAY = { weekday: "long", year: "numeric", month: "long", day: "numeric" } as const;
const CLOCK = { hour: "numeric", minute: "2-digit" } as const;

/**
 * "Tuesday, December 1, 2026, 9:00 – 9:30 AM, Central Standard Time (America/Chicago)".
 * Null when there is no start or none that can be read.
 */
export function formatTime(view: TimeView): string | null {
  const zone = knownTimeZone(view.timeZone) ?? "UTC";
  return formatStretch(view, zone, { ...DAY, ...CLOCK });
}

/** "Tue, Dec 1, 9:00 AM CST": the start, for a subject. Null as above. */
export function formatBriefly({ start, timeZone, locale }: TimeView): string | null {
  const from = toDate(start);
  if (from === null) return null;
  return new Intl.DateTimeFormat(knownLocale(locale), {
    timeZone: knownTimeZone(timeZone) ?? "UTC",
    weekday: "short",
    month: "short",
    day: "numeric",
    ...CLOCK,
    timeZoneName: "short",
  }).format(from);
}

/**
 * The same time on the host's clock, with the day only where that is another.
 * Null when both clocks show the same, or when the host's zone is not known.
 */
export function formatHostTime(view: TimeView, hostZone: string | null): string | null {
  const from = toDate(view.start);
  const zone = knownTimeZone(hostZone);
  const ownZone = knownTimeZone(view.timeZone) ?? "UTC";
  if (from === null || zone === null) return null;

  const read = (timeZone: string, parts: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en", { timeZone, ...parts }).format(from);
  if (read(zone, { ...DAY, ...CLOCK }) === read(ownZone, { ...DAY, ...CLOCK })) return null;
  const isSameDay = read(zone, DAY) === read(ownZone, DAY);
  return formatStretch(view, zone, isSameDay ? CLOCK : { ...DAY, ...CLOCK });
}

function formatStretch(
  { start, end, locale }: TimeView,
  timeZone: string,
  parts: Intl.DateTimeFormatOptions,
): string | null {
  const from = toDate(start);
  if (from === null) return null;
  const until = toDate(end);
  const language = knownLocale(locale);
  const format = new Intl.DateTimeFormat(language, { timeZone, ...parts });
  const time = until !== null && until > from
    ? format.formatRange(from, until)
    : format.format(from);
  return `${time}, ${nameZone(from, timeZone, language)}`;
}

/** By the name in force on that day, and by the place, which is unambiguous. */
function nameZone(day: Date, timeZone: string, locale: string): string {
  if (timeZone === "UTC") return "UTC";
  const name = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "long" })
    .formatToParts(day).find(({ type }) => type === "timeZoneName")?.value;
  return name === undefined || name === timeZone ? timeZone : `${name} (${timeZone})`;
}

/** Null for what is no time. */
export function toDate(text: string | null): Date | null {
  if (text === null) return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date;
}

function knownTimeZone(name: string | null): string | null {
  if (name === null) return null;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

function knownLocale(tag: string | null): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag ?? "en")[0] ?? "en";
  } catch {
    return "en";
  }
}
