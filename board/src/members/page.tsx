import { Code, NativeSelect, Text, Title } from "@mantine/core";
import { useLive } from "../live/use-live.ts";
import { refresh } from "../live/live.ts";
import { Operation } from "../operator/operation.tsx";
import { type Role, useMember } from "../session/member.ts";
import { ask, supabase, type Table as Row } from "../supabase.ts";
import { confirm } from "../ui/confirm.tsx";
import { formatDate } from "../ui/format.ts";
import { notify, notifyError } from "../ui/notify.tsx";
import { RowsTable } from "../ui/rows-table.tsx";
import { Show } from "../ui/states.tsx";
import classes from "./members.module.css";

type Member = Row<"members">;

/** What each role may do. */
const ROLES: Record<Role, string> = {
  viewer: "reads companies, people, meetings and deals",
  sales: "edits them by hand, too",
  operator: "also reads log and outbox, runs the operations, and changes members",
};

async function fetchMembers(): Promise<Member[]> {
  return await ask(supabase().from("members").select().order("email"));
}

/** Who may use the board, and as what. */
export default function MembersPage() {
  const live = useLive(["members"], fetchMembers);
  return (
    <div className={classes.page}>
      <Title order={1} size="h3">Members</Title>
      <Show live={live}>{(members) => <MembersTable members={members} />}</Show>
      <section className={classes.invite}>
        <Title order={2} size="h5">Invite somebody</Title>
        <Text size="sm">
          Only a secret key makes accounts, and this page has none. In a copy of the project, with
          SUPABASE_URL and SUPABASE_SECRET_KEY set, or beside a local stack that runs:
        </Text>
        <Code block className={classes.command}>
          npx -y --prefer-offline deno@2.9.6 task invite ann@example.com --role sales
        </Code>
        <Text size="sm" c="dimmed">
          They open this page, type their address, and get a code by mail. Nobody else can sign up.
        </Text>
      </section>
    </div>
  );
}

function MembersTable({ members }: { members: Member[] }) {
  const me = useMember().data;
  return (
    <RowsTable
      title="Members"
      rows={members}
      keyOf={({ user_id }) => user_id}
      columns={[
        {
          title: "Address",
          kind: "name",
          cell: ({ email, user_id }) => (
            <>
              {email} {user_id === me?.user_id && <Text span inherit c="dimmed">(you)</Text>}
            </>
          ),
        },
        { title: "Name", cell: ({ name }) => name ?? "–" },
        {
          title: "Role",
          kind: "word",
          cell: (member) => <RoleChoice member={member} isMe={member.user_id === me?.user_id} />,
        },
        {
          title: "Invited",
          kind: "word",
          cell: ({ invited_at }) => formatDate(invited_at),
        },
        {
          title: "",
          cell: ({ email, user_id }) => (
            <Operation
              size="compact-xs"
              aria-label={`Remove ${email}`}
              question={{
                title: "Remove this member?",
                text:
                  `${email} sees nothing of the board any more, at once. What they did by hand stays, under ` +
                  "their address. To let them in again, invite them again.",
                action: "Remove",
                isDangerous: true,
              }}
              run={async () => {
                await ask(supabase().rpc("board_remove_member", { user_id }));
                return `${email} is no member any more.`;
              }}
            >
              Remove
            </Operation>
          ),
        },
      ]}
    />
  );
}

function RoleChoice({ member, isMe }: { member: Member; isMe: boolean }) {
  const { email, user_id } = member;
  async function change(role: string) {
    const isYes = await confirm({
      title: "Change this role?",
      text: `As ${role}, ${isMe ? "you" : email} ${ROLES[role as Role]}. It counts at once.` +
        (isMe ? " You will not see this page any more." : ""),
      action: `Make ${isMe ? "me" : "them"} ${role}`,
    });
    if (!isYes) return;
    try {
      await ask(supabase().rpc("board_change_role", { user_id, role }));
      notify(`${email} is ${role} now.`);
    } catch (error) {
      notifyError(error);
    } finally {
      await refresh();
    }
  }
  return (
    <NativeSelect
      aria-label={`Role of ${email}`}
      size="xs"
      w={130}
      data={Object.keys(ROLES)}
      value={member.role}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
