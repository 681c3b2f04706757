import type { DnsRecord, Domain } from "../apis/resend.ts";
import type { Context } from "../context.ts";
import { isMigrated } from "../project.ts";
import { type Part, worstOf } from "../finding.ts";
import type { Step } from "../step.ts";
import { readRights } from "./resend-key.ts";
import { readSenders } from "./senders.ts";

/** Resend knows the domain of every sender, and its DNS says that the mails are real. */
export const resendDomains: Step = {
  name: "resend_domains",
  title: "Sender domains",
  needs: ["SUPABASE_ACCESS_TOKEN", "SUPABASE_PROJECT_REF", "RESEND_API_KEY"],
  async look(context) {
    if (await readRights(context) !== "full") {
      return { state: "skipped", found: "a key that can only send cannot see them" };
    }
    const plan = ["add the domains of your senders to Resend, and print their DNS records"];
    if (!await isMigrated(context)) {
      return { state: "wrong", found: "known once the senders are", plan };
    }
    const wanted = await listDomains(context);
    const known = await context.once("domains", () => context.resend.readDomains());
    const parts = await Promise.all(wanted.map((name) => lookAt(context, name, known)));
    const missing = wanted.filter((name) => !known.some((one) => one.name === name));
    const unverified = listUnverified(known, parts);
    return {
      state: worstOf(parts.map(({ state }) => state)),
      found: `${
        parts.filter(({ state }) => state === "ok").length
      } of ${parts.length} are verified`,
      parts,
      plan: [
        ...missing.map((name) => `add ${name} to Resend`),
        ...unverified.map(({ name }) => `have Resend look at the DNS of ${name} again`),
      ],
    };
  },
  async mend(context) {
    const { resend, supabase, once } = context;
    const { region } = await once("project", () => supabase.readProject());
    const known = await resend.readDomains();
    const wanted = await listDomains(context);
    const parts = await Promise.all(wanted.map((name) => lookAt(context, name, known)));
    for (const name of wanted) {
      if (!known.some((one) => one.name === name)) {
        await resend.createDomain(name, regionNear(region));
      }
    }
    for (const { id } of listUnverified(known, parts)) await resend.verifyDomain(id);
  },
};

/** Those for whose DNS Resend has to be asked again; of what is verified already it would forget that. */
function listUnverified(known: Domain[], parts: Part[]): Domain[] {
  const wrong = parts.filter(({ state }) => state === "wrong").map(({ name }) => name);
  return known.filter(({ name, status }) => wrong.includes(name) && status !== "verified");
}

/** Mails go out from exactly these: a domain above one of them, or below, is another one. */
async function listDomains(context: Context): Promise<string[]> {
  const senders = await readSenders(context);
  return [...new Set(senders.map(({ from_address }) => from_address.split("@")[1]!.toLowerCase()))];
}

async function lookAt({ resend }: Context, name: string, known: Domain[]): Promise<Part> {
  const domain = known.find((one) => one.name === name);
  if (domain === undefined) {
    return { name, state: "wrong", found: "Resend does not know it: its mails fail" };
  }
  if (isReady(domain)) return { name, state: "ok", found: "verified" };
  if (domain.status === "verified") {
    return {
      name,
      state: "wrong",
      found: "verified, but sending is off",
      todo: [`Switch sending on at https://resend.com/domains/${domain.id}`],
    };
  }
  const records = await resend.readRecords(domain.id);
  const missing = records.filter(({ record, status }) =>
    ["SPF", "DKIM"].includes(record) && status !== "verified"
  );
  // Of what is verified in part the rest may be for receiving or for tracking.
  if (domain.status === "partially_verified" && missing.length === 0) {
    return { name, state: "ok", found: "verified for sending" };
  }
  return {
    name,
    state: "wrong",
    found: `not verified (${domain.status}): its mails fail`,
    todo: [
      "Set at your DNS provider, then run this again (it can take minutes until it shows):",
      ...missing.map(describeRecord),
    ],
  };
}

function describeRecord({ type, name, value, priority, status }: DnsRecord): string {
  const rank = priority === null || priority === undefined ? "" : ` ${priority}`;
  return `${type.padEnd(5)} ${name}  ${value}${rank}  (${status || "not set"})`;
}

function isReady({ status, capabilities }: Domain): boolean {
  return status === "verified" && capabilities?.sending !== "disabled";
}

/** Resend's region that is next to one of Supabase's. */
function regionNear(region: string): string {
  if (region.startsWith("eu-")) return "eu-west-1";
  if (region.startsWith("sa-")) return "sa-east-1";
  if (region.startsWith("ap-")) return "ap-northeast-1";
  return "us-east-1";
}
