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
 * "Tuesday, December 1, 2026, 9:00 – 9:30 AM, Central Standard Time (America/Chicago)"; of a meeting
 * that takes whole days, the days alone. Null when there is no start or none that can be read.
 */
export function formatTime(view: TimeView): string | null {
  const zone = knownTimeZone(view.timeZone) ?? "UTC";
  const days = findWholeDays(view);
  return days === null
    ? formatStretch(view, zone, { ...DAY, ...CLOCK })
    : new Intl.DateTimeFormat(knownLocale(view.locale), { timeZone: zone, ...DAY })
      .formatRange(days.first, days.last);
}

/** "Tue, Dec 1, 9:00 AM CST": the start, for a subject; of whole days the first. Null as above. */
export function formatBriefly(view: TimeView): string | null {
  const from = toDate(view.start);
  if (from === null) return null;
  return new Intl.DateTimeFormat(knownLocale(view.locale), {
    timeZone: knownTimeZone(view.timeZone) ?? "UTC",
    weekday: "short",
    month: "short",
    day: "numeric",
    ...(findWholeDays(view) === null && { ...CLOCK, timeZoneName: "short" }),
  }).format(from);
}

/**
 * The first and the last day of a meeting that runs from midnight to midnight on the attendee's
 * clock, however long the days are. Null for any other, and where that clock is not known.
 */
function findWholeDays({ start, end, timeZone }: TimeView): { first: Date; last: Date } | null {
  const [first, until, zone] = [toDate(start), toDate(end), knownTimeZone(timeZone)];
  if (first === null || until === null || until <= first || zone === null) return null;
  const clock = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    timeStyle: "medium",
    hourCycle: "h23",
  });
  return [first, until].every((time) => clock.format(time) === "00:00:00")
    ? { first, last: new Date(until.getTime() - 1) }
    : null;
}

/**
 * The same time on the host's clock, with the day only where that is another.
 * Null when both clocks show the same, or when the host's zone is not known.
 */
export function formatHostTime(view: TimeView, hostZone: string | null): string | null {
  const [from, until] = [toDate(view.start), toDate(view.end)];
  const zone = knownTimeZone(hostZone);
  const ownZone = knownTimeZone(view.timeZone) ?? "UTC";
  if (from === null || zone === null) return null;

  const read = (time: Date, timeZone: string, parts: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en", { timeZone, ...parts }).format(time);
  const differs = (time: Date) =>
    read(time, zone, { ...DAY, ...CLOCK }) !== read(time, ownZone, { ...DAY, ...CLOCK });
  if (!differs(from) && !(until !== null && until > from && differs(until))) return null;
  const isSameDay = findWholeDays(view) === null &&
    read(from, zone, DAY) === read(from, ownZone, DAY);
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
  const zone = nameZone(from, timeZone, language);
  if (until === null || until <= from) {
    return `${format.format(from)}, ${placeZone(zone, timeZone)}`;
  }

  const endZone = nameZone(until, timeZone, language);
  if (zone === endZone) {
    return `${format.formatRange(from, until)}, ${placeZone(zone, timeZone)}`;
  }
  // The clocks change in between: each end says by which of the two it goes.
  const day = new Intl.DateTimeFormat("en", { timeZone, ...DAY });
  const isSameDay = day.format(from) === day.format(until);
  const endFormat = new Intl.DateTimeFormat(language, { timeZone, ...(isSameDay ? CLOCK : parts) });
  return `${format.format(from)}, ${zone} – ${endFormat.format(until)}, ${
    placeZone(endZone, timeZone)
  }`;
}

/** By the name in force at that moment. */
function nameZone(time: Date, timeZone: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "long" })
    .formatToParts(time).find(({ type }) => type === "timeZoneName")?.value ??
    timeZone;
}

/** With the place, which is unambiguous. */
function placeZone(name: string, timeZone: string): string {
  if (timeZone === "UTC") return "UTC";
  return name === timeZone ? name : `${name} (${timeZone})`;
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
