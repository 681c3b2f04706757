// deno-lint-ignore-file no-console -- a command line program talks on the console
import { runCommand, TASK } from "../local/command.ts";
import { createAuth } from "./apis/auth.ts";
import { createMembers, type Members } from "./apis/members.ts";
import { SetupError } from "./error.ts";
import { findOrCreateAccount, type Role, ROLES } from "./members.ts";
import { Redactor } from "./secrets.ts";
import { isAddress, readSettings } from "./settings.ts";
import { findTarget, HOW_TO_NAME } from "./target.ts";

const HELP = `Lets somebody into the board: makes their account, and a member of it.

  ${TASK} invite ADDRESS [--role viewer|sales|operator] [--name NAME] [--port PORT] [--env FILE]

  --role ROLE   viewer reads the CRM (this is the default), sales edits it by hand as well, operator
                reads the log and the mails too, calls the operations and looks after the members
  --name NAME   how the board calls them
  --port PORT   the local stack on this port (default: the one that runs)
  --env FILE    a file of NAME=value lines that count before the environment
  --help        this text

${HOW_TO_NAME}

Nobody gets a mail: tell them where the board is. They type their address there and get a code.
It can be run again: an account that is there is taken, and of a member only the role changes.`;

const OPTIONS = {
  role: { type: "string" },
  name: { type: "string" },
  port: { type: "string" },
  env: { type: "string" },
} as const;

await runCommand(HELP, OPTIONS, async ({ role, name, port, env }, [address, ...words]) => {
  if (address === undefined) throw new SetupError("Say whom to let in: an address. See --help.");
  if (words.length > 0) throw new SetupError(`What is "${words[0]}"? See --help.`);
  if (!isAddress(address)) {
    throw new SetupError(`"${address}" is no mail address.`);
  }
  if (role !== undefined && !isRole(role)) {
    throw new SetupError(`--role takes ${ROLES.join(", ")}, not "${role}".`);
  }
  const redactor = new Redactor();
  const project = await findTarget(await readSettings(env), port, redactor);
  const apis = { ...project, redactor, say: (text: string) => console.error(text) };
  const email = address.toLowerCase();
  const userId = await findOrCreateAccount(createAuth(apis), email);
  console.log(await letIn(createMembers(apis), { userId, email, role, name }));
  console.log(
    `The project is ${project.url}.\n` +
      "Tell them where the board is: they type their address there, and get a code " +
      (project.inbox === null ? "by mail." : `in ${project.inbox}.`),
  );
  return 0;
});

function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** @returns what was done */
async function letIn(members: Members, { userId, email, role, name }: {
  userId: string;
  email: string;
  role: Role | undefined;
  name: string | undefined;
}): Promise<string> {
  const member = await members.read(userId);
  if (member === null) {
    const chosen = role ?? "viewer";
    await members.add({ user_id: userId, email, role: chosen, ...(name && { name }) });
    return `${email} may use the board, as ${chosen}.`;
  }
  if (role === undefined || role === member.role) {
    return `${email} may use the board already, as ${member.role}.`;
  }
  // As in the database, which refuses it to operators: the board never loses its last one.
  if (member.role === "operator" && (await members.readRole("operator")).length === 1) {
    throw new SetupError(
      `${email} is the last operator of the board: let another one in first, with --role operator.`,
    );
  }
  await members.changeRole(member, role);
  return `${email} may use the board as ${role} now, and was ${member.role}.`;
}
