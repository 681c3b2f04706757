import { z } from "npm:zod@4.6.7";
import type { Context } from "./context.ts";
import { makeSecret } from "./secrets.ts";

/** What the schedule shows to a function, and the variable that the function compares it with. */
export const SHARED_SECRETS: Record<string, string> = {
  send_emails_secret: "SEND_EMAILS_SECRET",
  reconcile_secret: "RECONCILE_SECRET",
};

/** What Vault has of ours, by name. Null: there is no Vault. */
export async function readVault(context: Context): Promise<Record<string, string> | null> {
  return await context.once("vault", async () => {
    const { supabase, redactor } = context;
    const [place] = await supabase.select(
      z.object({ vault: z.string().nullable() }),
      "select to_regclass('vault.decrypted_secrets')::text as vault",
    );
    if (!place?.vault) return null;
    const rows = await supabase.select(
      z.object({ name: z.string(), value: z.string() }),
      `select v.name, v.decrypted_secret as value from vault.decrypted_secrets as v
      where v.name = any (string_to_array($1, ',')) and v.decrypted_secret is not null`,
      [["project_url", ...Object.keys(SHARED_SECRETS)].join()],
    );
    for (const { name, value } of rows) if (name in SHARED_SECRETS) redactor.hide(value);
    return Object.fromEntries(rows.map(({ name, value }) => [name, value]));
  });
}

/** What Vault is to have: what it has, and new secrets for what it does not have. */
export async function wishVault(context: Context): Promise<Record<string, string>> {
  const there = await readVault(context) ?? {};
  const made = context.made.vault ??= {};
  for (const name of Object.keys(SHARED_SECRETS)) {
    made[name] = there[name] ?? made[name] ?? context.redactor.hide(makeSecret());
  }
  return { ...made, project_url: context.projectUrl };
}

/** Writes one secret: under its name there is one at most. Its value is a parameter, as its name is. */
export async function writeVault(context: Context, name: string, value: string): Promise<void> {
  const there = await readVault(context) ?? {};
  const statement = name in there
    ? "select vault.update_secret(v.id, $2)::text as done from vault.secrets as v where v.name = $1"
    : "select vault.create_secret($2, $1)::text as done";
  await context.supabase.change(z.object({ done: z.string().nullable() }), statement, [
    name,
    value,
  ]);
}
