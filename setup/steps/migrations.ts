import { listVersions } from "../project.ts";
import type { Step } from "../step.ts";
import { runSupabase } from "../supabase-cli.ts";

/** The database has every migration of this folder, and none that is not in it. */
export const migrations: Step = {
  name: "migrations",
  title: "Migrations",
  isRequired: true,
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look({ supabase, once }) {
    const applied = await once("migrations", () => supabase.readMigrations());
    const all = await listVersions();
    const missing = all.filter(({ version }) => !applied.includes(version));
    const foreign = applied.filter((version) => all.every((one) => one.version !== version));
    const count = `${all.length - missing.length} of ${all.length} are applied`;
    if (foreign.length > 0) {
      return {
        state: "wrong",
        found: `the database has ${foreign.join(", ")}, which this folder does not have`,
        todo: [
          "Get the version of the project that has them (git pull); or, where they are those of " +
          "another project, take a database of its own for this one",
        ],
      };
    }
    if (missing.length === 0) return { state: "ok", found: count };
    const names = missing.map(({ file }) => file);
    return {
      state: "wrong",
      found: `${count}; missing: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}`,
      plan: [`apply ${missing.length} migrations (supabase db push --remote)`],
    };
  },
  // `--remote`: without it the CLI means the local stack. The demo rows of seed.sql stay out.
  mend: (context) => runSupabase(context, ["db", "push"]),
};
