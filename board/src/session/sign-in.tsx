import { Anchor, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Front } from "../shell/front.tsx";
import { enterCode, sendCode } from "./code.ts";
import { expiredStore } from "./session.ts";

/** Asks for an address, then for the code that was mailed to it. */
export function SignIn() {
  const isExpired = expiredStore.use();
  const [email, setEmail] = useState("");
  const [code, setCode] = useState("");
  const [isSent, setIsSent] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    const found = isSent ? await enterCode(email, code) : await sendCode(email);
    setIsBusy(false);
    setProblem(found);
    if (!found) setIsSent(true);
  }

  function startAgain() {
    setIsSent(false);
    setCode("");
    setProblem(null);
  }

  return (
    <Front title={isSent ? "Look into your mail" : "Sign in"}>
      <form onSubmit={submit}>
        <Stack>
          <Text c="dimmed">{describe(isSent, isExpired, email)}</Text>
          {isSent
            ? (
              <TextInput
                key="code"
                label="Code"
                value={code}
                onChange={(event) => setCode(event.currentTarget.value.replace(/\D/g, ""))}
                inputMode="numeric"
                autoComplete="one-time-code"
                maxLength={10}
                size="md"
                autoFocus
                required
                withAsterisk={false}
                error={problem}
              />
            )
            : (
              <TextInput
                key="email"
                label="Mail address"
                type="email"
                value={email}
                onChange={(event) => setEmail(event.currentTarget.value.trim().toLowerCase())}
                autoComplete="email"
                size="md"
                autoFocus
                required
                withAsterisk={false}
                error={problem}
              />
            )}
          <Button type="submit" size="md" loading={isBusy}>
            {isSent ? "Sign in" : "Send me a code"}
          </Button>
          {isSent && (
            <Group justify="center">
              <Anchor component="button" type="button" size="sm" onClick={startAgain}>
                Another address, or another code
              </Anchor>
            </Group>
          )}
        </Stack>
      </form>
    </Front>
  );
}

function describe(isSent: boolean, isExpired: boolean, email: string): string {
  if (isSent) return `If ${email} is a member's, a code is on its way to it.`;
  if (isExpired) return "You have been signed out. Sign in again, and go on where you were.";
  return "For members of the team. A code comes by mail.";
}
