import { Text } from "@mantine/core";
import { supabase, type Table as Row } from "../supabase.ts";
import { formatDateTime } from "../ui/format.ts";
import type { List } from "../ui/list.ts";
import { Pages } from "../ui/pager.tsx";
import { RowsTable } from "../ui/rows-table.tsx";
import { Empty } from "../ui/states.tsx";
import { Operation } from "./operation.tsx";
import { allowMail } from "./operations.ts";
import classes from "./operator.module.css";

type Person = Pick<
  Row<"people">,
  "id" | "email" | "name" | "suppressed_at" | "suppressed_reason"
>;

const LIST: List<Person> = {
  from: () =>
    supabase()
      .from("people")
      .select("id,email,name,suppressed_at,suppressed_reason")
      .not("suppressed_at", "is", null),
  time: "suppressed_at",
  id: "id",
};

/** Who gets no more mail, and why. */
export function Suppressed() {
  return (
    <div className={classes.view}>
      <Text size="sm" c="dimmed">
        An address to which a mail came back for good, or that complained, gets no more mail.
      </Text>
      <Pages name={["suppressed"]} list={LIST}>
        {(people) =>
          people.length === 0 ? <Empty title="Everybody gets mail" /> : (
            <RowsTable
              title="Addresses without mail"
              rows={people}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: "Address",
                  kind: "name",
                  cell: ({ email }) => email,
                },
                {
                  title: "Since",
                  kind: "word",
                  cell: ({ suppressed_at }) => formatDateTime(suppressed_at),
                },
                {
                  title: "Why",
                  kind: "text",
                  cell: ({ suppressed_reason }) => suppressed_reason,
                },
                { title: "", cell: ({ email }) => <Allow email={email} /> },
              ]}
            />
          )}
      </Pages>
    </div>
  );
}

function Allow({ email }: { email: string }) {
  return (
    <Operation
      size="compact-xs"
      aria-label={`Allow mail to ${email}`}
      question={{
        title: "Send mail to this address again?",
        text:
          `From its next booking on ${email} gets mails again. What was dropped stays dropped, until ` +
          "it is retried. Take the address off Resend's suppression list, too: else Resend goes on " +
          "refusing it.",
        action: "Allow mail",
      }}
      run={() => allowMail(email)}
    >
      Allow mail
    </Operation>
  );
}
