/** Days and weeks where the reader is. */

const date = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
});

/** The first moment of the reader's week; `offset` weeks later. */
export function startOfWeek(now: Date, offset: number): Date {
  const first = firstDay();
  const back = (now.getDay() - first + 7) % 7;
  return new Date(
    now.getFullYear(),
    now.getMonth(),
    now.getDate() - back + 7 * offset,
  );
}

export function addDays(day: Date, count: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + count);
}

export function isSameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}

/** The day with which the reader's week begins, 0 for Sunday; Monday where nobody says. */
function firstDay(): number {
  const locale = new Intl.Locale(date.resolvedOptions().locale) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return ((locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1) % 7;
}

/** 23 – 29 Nov 2026 */
export function formatWeek(start: Date): string {
  return date.formatRange(start, addDays(start, 6));
}
