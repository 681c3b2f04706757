/** What a person need not see in passing: it is in the log of the database. */
const LEFT_OUT = ["at", "outcome", "trigger", "reason", "event_id", "status"];

/**
 * Makes a short line for a terminal of what an Edge Function printed: the function, what came of
 * it, the trigger and the reason. The functions write JSON; anything else stays as it is.
 */
export function readable(name: string, text: string): string {
  const line = parse(text);
  if (line === null) return `${name}  ${text}`;
  const more = Object.entries(line).filter(([key, value]) =>
    !LEFT_OUT.includes(key) && value !== null && value !== undefined && value !== 0
  );
  return [
    line.at ?? name,
    line.outcome ?? line.status,
    line.trigger,
    line.reason,
    more.map(([key, value]) => key === "ms" ? `${value} ms` : `${key} ${value}`).join(", "),
  ].filter(Boolean).join("  ");
}

function parse(text: string): Record<string, unknown> | null {
  if (!text.startsWith("{")) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
