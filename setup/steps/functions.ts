import { hashFunctions, listFunctions } from "../project.ts";
import { digestOf } from "../secrets.ts";
import type { Step } from "../step.ts";
import { runSupabase } from "../supabase-cli.ts";

/** Among the functions' secrets, because that is where a deploy can be noted. It is none. */
export const VERSION = "CALCOM_DEALS_VERSION";

/** The functions that run are those of this folder. */
export const functions: Step = {
  name: "functions",
  title: "Functions",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF"],
  async look({ supabase, once }) {
    const names = await listFunctions();
    const deployed = await once("functions", () => supabase.readFunctions());
    const digests = await once("digests", () => supabase.readSecrets());
    const missing = names.filter((name) => deployed.every(({ slug }) => slug !== name));
    const ours = deployed.filter(({ slug }) => names.includes(slug));
    const closed = ours.filter(({ verify_jwt }) => verify_jwt !== false).map(({ slug }) => slug);
    const off = ours.filter(({ status }) => status !== "ACTIVE").map(({ slug }) => slug);
    const noted = digests.get(VERSION) ?? "";
    // What is no such number says nothing about the code.
    const isCurrent = noted === digestOf(await hashFunctions()) ||
      noted !== "" && !/^[0-9a-f]{64}$/.test(noted);
    const problems = [
      ...missing.length === 0 ? [] : [`${missing.join(", ")} not deployed`],
      ...closed.length === 0 ? [] : [`${closed.join(", ")} want a JWT, which no webhook can send`],
      ...off.length === 0 ? [] : [`${off.join(", ")} not active`],
      ...missing.length > 0 || isCurrent ? [] : ["deployed from other code than this folder's"],
    ];
    if (problems.length === 0) return { state: "ok", found: `${names.join(", ")} are deployed` };
    const isOnlyOlder = missing.length + closed.length + off.length === 0;
    return {
      state: isOnlyOlder ? "warning" : "wrong",
      found: problems.join("; "),
      plan: [`deploy ${names.join(", ")} (supabase functions deploy)`],
    };
  },
  async mend(context) {
    await runSupabase(context, ["functions", "deploy", ...await listFunctions(), "--use-api"]);
    // After it: a deploy that broke off is done again.
    await context.supabase.setSecrets({ [VERSION]: await hashFunctions() });
  },
};
