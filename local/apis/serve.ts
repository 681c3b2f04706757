/**
 * The stand-ins of the three products on a running stack, so that the set-up can be tried at home:
 * what it sets at Supabase the functions of the stack run with.
 */
import { fileURLToPath } from "node:url";
import { failNext, type Fault } from "./answers.ts";
import { type CalcomStandIn, openCalcom } from "./calcom.ts";
import { lostBooking } from "./lost-booking.ts";
import { openResend, type ResendStandIn } from "./resend.ts";
import { openSupabase, type SupabaseStandIn } from "./supabase.ts";

/** The ref of the project that the stand-in has. */
const REF = "localprojectathomeab";

/** What the stand-ins stand on. */
export interface ApisOptions {
  /** The address of the stack. */
  url: string;
  databaseUrl: string;
  publishableKey: string;
  secretKey: string;
  /** Takes mails, whatever key they come with. */
  sendMail: (request: Request, path: string) => Promise<Response>;
  /** The key that the functions of the stack start with. */
  sendingKey: string;
  /** What the sandbox of the mails signs its reports with. */
  resendWebhookSecret: string;
  /** Has the functions run with these besides what the stack gives them. */
  setEnv: (env: Record<string, string>) => void;
}

/** What they have in common. */
interface StandIn {
  state: { fault: Fault | null };
  fetch(request: Request, path: string): Promise<Response>;
}

/** The three, and what the commands have to be told to find them. */
export interface Apis {
  supabase: SupabaseStandIn;
  calcom: CalcomStandIn;
  resend: ResendStandIn;
  /** For the environment of `task connect` and `task doctor`. */
  env: Record<string, string>;
  /** Answers what is under `/supabase`, `/calcom` and `/resend`; null for anything else. */
  fetch(request: Request, pathname: string): Promise<Response> | null;
  close(): Promise<void>;
}

/** Opens the stand-ins. Their keys are random, and open nothing anywhere else. */
export async function openApis(options: ApisOptions): Promise<Apis> {
  const { url, databaseUrl, publishableKey, secretKey } = options;
  const { sendMail, sendingKey, resendWebhookSecret, setEnv } = options;
  const key = (prefix: string) => `${prefix}${crypto.randomUUID().replaceAll("-", "")}`;
  const env = {
    SUPABASE_API_URL: `${url}/supabase`,
    SUPABASE_URL: url,
    SUPABASE_ACCESS_TOKEN: key("sbp_"),
    SUPABASE_PROJECT_REF: REF,
    // Here nothing is on its way for longer.
    ROTATE_WAIT_SECONDS: "1",
    SUPABASE_CLI: fileURLToPath(new URL("supabase-cli.ts", import.meta.url)),
    CALCOM_API_URL: `${url}/calcom/v2`,
    CALCOM_API_KEY: key("cal_test_"),
    RESEND_BASE_URL: `${url}/resend`,
    RESEND_API_KEY: key("re_"),
  };
  const supabase = await openSupabase({
    ref: REF,
    token: env.SUPABASE_ACCESS_TOKEN,
    publishableKey,
    secretKey,
    databaseUrl,
    onSecrets: (secrets) => setEnv(Object.fromEntries(secrets)),
  });
  const calcom = openCalcom({ key: env.CALCOM_API_KEY, takesHttp: true });
  calcom.state.bookings.push(lostBooking(calcom.state));
  const resend = openResend({
    fullKey: env.RESEND_API_KEY,
    signingSecret: () => resendWebhookSecret,
    send: sendMail,
  });
  resend.state.keys.push({
    ...{ id: crypto.randomUUID(), name: "local stack", permission: "sending_access" },
    token: sendingKey,
  });
  // At home nobody has a DNS: what is added is found the next time.
  resend.state.isDnsSet = true;

  const standIns = new Map<string, StandIn>([
    ["supabase", supabase],
    ["calcom", calcom],
    ["resend", resend],
  ]);
  return {
    supabase,
    calcom,
    resend,
    env,
    fetch: (request, pathname) => {
      const [, api, ...rest] = pathname.split("/");
      const path = `/${rest.join("/")}`;
      const standIn = standIns.get(api ?? "");
      if (standIn === undefined) return null;
      return path === "/fail" && request.method === "POST"
        ? Promise.resolve(failNext(standIn.state, request))
        : standIn.fetch(request, path);
    },
    close: () => supabase.close(),
  };
}
