import type { AuthError } from "@supabase/supabase-js";
import { supabase } from "../supabase.ts";

/**
 * Has a code mailed to a member.
 * @returns a sentence when that failed
 */
export async function sendCode(email: string): Promise<string | null> {
  const { error } = await supabase().auth.signInWithOtp({
    email,
    options: { shouldCreateUser: false },
  });
  // Whoever asks is not told who is a member: Supabase answers a stranger with this.
  if (!error || error.code === "otp_disabled") return null;
  return explain(error);
}

/**
 * Signs somebody in with the code from the mail.
 * @returns a sentence when that failed
 */
export async function enterCode(email: string, code: string): Promise<string | null> {
  const { error } = await supabase().auth.verifyOtp({ email, token: code, type: "email" });
  return error && explain(error);
}

function explain(error: AuthError): string {
  if (!error.status) return "The server does not answer. Try again in a moment.";
  if (error.code === "otp_expired") {
    return "This code is wrong or too old. Type the newest one, or have another sent.";
  }
  if (error.status === 429) return "Too many codes were asked for. Wait a minute, and try again.";
  return `${error.message}.`;
}
