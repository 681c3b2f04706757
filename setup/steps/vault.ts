import type { Step } from "../step.ts";
import { isMigrated } from "../project.ts";
import { readVault, SHARED_SECRETS, wishVault, writeVault } from "../vault.ts";

const NAMES = ["project_url", ...Object.keys(SHARED_SECRETS)];

/** Vault has what the schedule needs to call the functions. */
export const vault: Step = {
  name: "vault",
  title: "Vault",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look(context) {
    const plan = NAMES.map((name) => `keep ${name} in Vault`);
    if (!await isMigrated(context)) {
      return { state: "wrong", found: "known once the migrations are there", plan };
    }
    const there = await readVault(context);
    if (there === null) {
      return {
        state: "wrong",
        found: "Vault is not there, so no schedule can call a function",
        todo: [
          "Switch the extension supabase_vault on, in the dashboard under Database → Extensions",
        ],
      };
    }
    const missing = NAMES.filter((name) => !there[name]);
    const isOther = there.project_url !== undefined &&
      there.project_url.replace(/\/+$/, "") !== context.projectUrl;
    const wrong = isOther ? ["project_url", ...missing] : missing;
    if (wrong.length === 0) return { state: "ok", found: `${NAMES.join(", ")} are there` };
    return {
      state: "wrong",
      found: [
        ...missing.length === 0 ? [] : [`${missing.join(", ")} missing`],
        ...isOther ? ["project_url is another project's"] : [],
      ].join("; "),
      plan: wrong.map((name) => `keep ${name} in Vault`),
    };
  },
  async mend(context) {
    const there = await readVault(context) ?? {};
    for (const [name, value] of Object.entries(await wishVault(context))) {
      if (there[name] !== value) await writeVault(context, name, value);
    }
  },
};
