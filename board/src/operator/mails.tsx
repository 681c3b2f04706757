import { Badge, Group } from "@mantine/core";
import { useParams } from "../router.ts";
import { CsvButton } from "../ui/csv-button.tsx";
import { formatAgo, formatDateTime } from "../ui/format.ts";
import { fetchAll } from "../ui/list.ts";
import { Pages } from "../ui/pager.tsx";
import { type Column, RowsTable } from "../ui/rows-table.tsx";
import { type CsvColumn, saveCsv } from "../ui/save-csv.ts";
import { Empty } from "../ui/states.tsx";
import { listMails, type Mail } from "./fetch-mails.ts";
import { FilterLine } from "./filter-line.tsx";
import { useLogCounts, withCount } from "./log-counts.ts";
import { MailDetails } from "./mail-details.tsx";
import { Operation } from "./operation.tsx";
import { retryEmail } from "./operations.ts";
import classes from "./operator.module.css";

/** Every state of a mail with its colour: ours, and what Resend reported since. */
const STATES: Record<string, { label: string; color: string }> = {
  due: { label: "Due", color: "yellow" },
  failed: { label: "Failed", color: "red" },
  dropped: { label: "Dropped", color: "orange" },
  sent: { label: "Sent", color: "teal" },
  delayed: { label: "Delayed", color: "yellow" },
  delivered: { label: "Delivered", color: "teal" },
  opened: { label: "Opened", color: "teal" },
  clicked: { label: "Clicked", color: "teal" },
  suppressed: { label: "Suppressed", color: "orange" },
  bounced: { label: "Bounced", color: "red" },
  complained: { label: "Complained", color: "red" },
};

/** The outbox: every mail with what became of it and why. */
export function Mails() {
  const [params] = useParams();
  const counts = useLogCounts()?.emails;
  const state = params.get("state");
  const search = params.get("search");
  const list = listMails(state, search);
  return (
    <div className={classes.view}>
      <Group justify="space-between">
        <FilterLine
          name="state"
          label="What became of it"
          options={Object.entries(STATES).map(([value, { label }]) => ({
            value,
            label: withCount(label, counts?.[value]),
          }))}
          search="Mail address or Cal.com uid"
        />
        <CsvButton
          save={async () => saveCsv("mails", CSV, await fetchAll(list))}
        />
      </Group>
      <Pages name={["mails", state, search]} list={list}>
        {(mails) =>
          mails.length === 0
            ? (
              <Empty
                title="No such mails"
                hint="Choose another state, or look for another text."
              />
            )
            : (
              <RowsTable
                title="Mails"
                rows={mails}
                keyOf={({ id }) => id}
                columns={COLUMNS}
                details={{
                  nameOf,
                  show: (mail) => <MailDetails mail={mail} />,
                }}
              />
            )}
      </Pages>
    </div>
  );
}

const COLUMNS: Column<Mail>[] = [
  {
    title: "Written",
    kind: "word",
    cell: ({ created_at }) => (
      <span title={formatDateTime(created_at)}>{formatAgo(created_at)}</span>
    ),
  },
  { title: "Mail", cell: ({ kind }) => kind },
  { title: "To", kind: "name", cell: ({ to_address }) => to_address },
  {
    title: "What became of it",
    kind: "word",
    cell: ({ status, delivery }) => {
      const state = delivery ?? status;
      return (
        <Badge
          variant="dot"
          tt="none"
          className={classes.badge}
          color={STATES[state]?.color ?? "gray"}
        >
          {STATES[state]?.label ?? state}
        </Badge>
      );
    },
  },
  { title: "Reason", kind: "text", cell: reasonOf },
  { title: "", cell: (mail) => <Retry mail={mail} /> },
];

function nameOf({ kind, to_address }: Mail): string {
  return `the ${kind} to ${to_address}`;
}

function Retry({ mail }: { mail: Mail }) {
  const { id, kind, to_address, status } = mail;
  if (status !== "failed" && status !== "dropped") return null;
  return (
    <Operation
      size="compact-xs"
      aria-label={`Retry ${nameOf(mail)}`}
      question={{
        title: "Send this mail after all?",
        text:
          `The ${kind} to ${to_address} is due again and goes out within a minute. Nobody gets it twice: ` +
          "where Resend may have taken it already, it stays as it is. Where its trouble is not mended, it " +
          "fails again.",
        action: "Make it due again",
      }}
      run={() => retryEmail(id)}
    >
      Retry
    </Operation>
  );
}

function reasonOf({ status, reason, delivery_reason }: Mail): Mail["reason"] {
  return status === "sent" ? delivery_reason : reason;
}

const CSV: CsvColumn<Mail>[] = [
  ["Written", (mail) => mail.created_at],
  ["Mail", (mail) => mail.kind],
  ["To", (mail) => mail.to_address],
  ["From", (mail) => mail.from_address],
  ["Status", (mail) => mail.status],
  ["Delivery", (mail) => mail.delivery],
  ["Reason", reasonOf],
  ["Sent", (mail) => mail.sent_at],
  ["Attempts", (mail) => mail.attempts],
  ["Id", (mail) => mail.id],
];
