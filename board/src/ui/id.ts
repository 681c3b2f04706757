/** Whether the address names a row; the database takes nothing else for an id. */
export function isId(text: string | null): text is string {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text ?? "");
}
