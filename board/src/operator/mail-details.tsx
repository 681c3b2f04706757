import { Text, Title } from "@mantine/core";
import { useLive } from "../live/use-live.ts";
import { formatDateTime } from "../ui/format.ts";
import { type Column, RowsTable } from "../ui/rows-table.tsx";
import { Show } from "../ui/states.tsx";
import { Raw, RawJson } from "./details.tsx";
import { fetchMail, type Mail } from "./fetch-mails.ts";
import classes from "./operator.module.css";

type Attempt = Awaited<ReturnType<typeof fetchMail>>["attempts"][number];

const ATTEMPT: Column<Attempt>[] = [
  { title: "Attempt", kind: "word", cell: ({ attempt }) => attempt },
  { title: "When", kind: "word", cell: ({ claimed_at }) => formatDateTime(claimed_at) },
  { title: "Outcome", kind: "word", cell: ({ outcome }) => outcome ?? "under way" },
  { title: "Error", kind: "text", cell: ({ error }) => error },
];

/** The attempts at a mail, what Resend reported, and what it says. */
export function MailDetails({ mail }: { mail: Mail }) {
  const live = useLive(["mail", mail.id], () => fetchMail(mail.id));
  const facts = [
    `from ${mail.from_address ?? "nobody yet"}`,
    mail.sent_at && `sent ${formatDateTime(mail.sent_at)}`,
    mail.status === "due" && `next attempt ${formatDateTime(mail.next_attempt_at)}`,
    `id ${mail.id}`,
  ];
  return (
    <>
      <Text size="xs" c="dimmed" mb="xs">{facts.filter(Boolean).join(" · ")}</Text>
      <Show live={live}>
        {({ subject, text, attempts, reports }) => (
          <div className={classes.view}>
            {attempts.length > 0 && (
              <div>
                <Title order={3} size="h6">Attempts</Title>
                <RowsTable
                  title="Attempts"
                  rows={attempts}
                  keyOf={({ attempt }) => String(attempt)}
                  columns={ATTEMPT}
                />
              </div>
            )}
            {reports.length > 0 && (
              <div>
                <Title order={3} size="h6">Reports of Resend</Title>
                {reports.map(({ id, payload }) => (
                  <RawJson key={id} label="Report of Resend" value={payload} />
                ))}
              </div>
            )}
            {text
              ? (
                <div>
                  <Title order={3} size="h6">{subject ?? "Text"}</Title>
                  <Raw label="Text of the mail">{text}</Raw>
                </div>
              )
              : (
                <Text size="sm" c="dimmed">
                  It is not put into words yet, or its text was emptied.
                </Text>
              )}
          </div>
        )}
      </Show>
    </>
  );
}
