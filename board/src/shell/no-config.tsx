import { Code, Stack, Text } from "@mantine/core";
import { Front } from "./front.tsx";

const EXAMPLE = `{
  "supabaseUrl": "https://<project>.supabase.co",
  "publishableKey": "sb_publishable_…"
}`;

/** For whoever puts the page up and has not said which project it shows. */
export function NoConfigPage() {
  return (
    <Front title="Which project?">
      <Stack>
        <Text c="dimmed">
          The file config.json beside this page is missing, or names no project. It says:
        </Text>
        <Code block>{EXAMPLE}</Code>
        <Text c="dimmed">
          <Code>task board build</Code>{" "}
          writes it, and the policy in index.html that lets the page talk to that project.
        </Text>
      </Stack>
    </Front>
  );
}
