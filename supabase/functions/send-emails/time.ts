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

/**
 * "Tuesday, December 1, 2026, 9:00 – 9:30 AM, Central Standard Time (America/Chicago)".
 * Null when there is no start or none that can be read.
 */
export function formatTime({ start, end, timeZone, locale }: TimeView): string | null {
  const from = toDate(start);
  if (from === null) return null;
  const until = toDate(end);

  const zone = knownTimeZone(timeZone);
  const language = knownLocale(locale);
  const format = new Intl.DateTimeFormat(language, {
    timeZone: zone,
    weekday: "long",
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
  });
  const time = until !== null && until > from
    ? format.formatRange(from, until)
    : format.format(from);
  return `${time}, ${nameZone(from, zone, language)}`;
}

/** By the name in force on that day, and by the place, which is unambiguous. */
function nameZone(day: Date, timeZone: string, locale: string): string {
  if (timeZone === "UTC") return "UTC";
  const name = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "long" })
    .formatToParts(day).find(({ type }) => type === "timeZoneName")?.value;
  return name === undefined || name === timeZone ? timeZone : `${name} (${timeZone})`;
}

function toDate(text: string | null): Date | null {
  if (text === null) return null;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? null : date;
}

function knownTimeZone(name: string | null): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name ?? "UTC" }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}

function knownLocale(tag: string | null): string {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag ?? "en")[0] ?? "en";
  } catch {
    return "en";
  }
}
