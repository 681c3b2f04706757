import { Button, Code, Stack, Text } from "@mantine/core";
import { Front } from "../shell/front.tsx";
import { signOut } from "./session.ts";

/** For somebody who has signed in and is no member. */
export function Stranger({ email }: { email: string }) {
  return (
    <Front title="You are not a member yet">
      <Stack>
        <Text c="dimmed">
          You are signed in as{" "}
          {email}, and that address may not look at this board. Whoever runs it lets you in with
          {" "}
          <Code>task invite {email}</Code>; ask them, or an operator of the board who knows them.
          Then look here again.
        </Text>
        <Button onClick={() => location.reload()}>Look again</Button>
        <Button variant="subtle" onClick={signOut}>Sign out</Button>
      </Stack>
    </Front>
  );
}
