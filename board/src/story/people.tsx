import { ActionIcon, Badge, Menu, Text } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useState } from "react";
import { CorrectPerson } from "../hand/correct-person.tsx";
import { LinkPerson } from "../hand/link-person.tsx";
import { useLive } from "../live/use-live.ts";
import { linkTo } from "../router.ts";
import { useMayDo } from "../session/member.ts";
import { ask, supabase } from "../supabase.ts";
import { First } from "../ui/first.tsx";
import { Section } from "../ui/section.tsx";
import { Show } from "../ui/states.tsx";
import classes from "./story.module.css";

export type Person = Awaited<ReturnType<typeof fetchPeople>>[number];

async function fetchPeople(companyId: string) {
  return await ask(
    supabase().from("people").select("id, name, email, company_id, suppressed_reason")
      .eq("company_id", companyId).order("name").order("email").limit(500),
  );
}

/** Who of a company has booked, or was entered. */
export function People({ companyId }: { companyId: string }) {
  const people = useLive(["people", companyId], () => fetchPeople(companyId));
  return (
    <Section title="People">
      <Show live={people}>
        {(all) => (
          <>
            {all.length === 0 && <Text c="dimmed">Nobody yet.</Text>}
            <First rows={all} word="people">
              {(rows) => (
                <ul className={classes.rows}>
                  {rows.map((person) => <Row key={person.id} person={person} />)}
                </ul>
              )}
            </First>
          </>
        )}
      </Show>
    </Section>
  );
}

function Row({ person }: { person: Person }) {
  return (
    <li className={classes.row}>
      <div className={classes.main}>
        <span className={classes.line}>
          <a href={linkTo("person", person.id)}>{person.name ?? person.email}</a>
          <NoMail person={person} />
        </span>
        <span className={classes.dim}>{person.email}</span>
      </div>
      <PersonMenu person={person} />
    </li>
  );
}

/** Says that a person gets no mail, and why. */
export function NoMail({ person }: { person: Pick<Person, "suppressed_reason"> }) {
  if (!person.suppressed_reason) return null;
  return (
    <Badge color="red" variant="light" tt="none" title={person.suppressed_reason}>
      gets no mail
    </Badge>
  );
}

/** What can be done about a person by hand. */
export function PersonMenu({ person }: { person: Omit<Person, "suppressed_reason"> }) {
  const [open, setOpen] = useState<"correct" | "link" | null>(null);
  if (!useMayDo("sales")) return null;
  const close = () => setOpen(null);
  return (
    <>
      <Menu>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`More about ${person.name ?? person.email}`}
          >
            <IconDots size={16} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen("correct")}>Correct name or address</Menu.Item>
          <Menu.Item onClick={() => setOpen("link")}>
            {person.company_id ? "Works at another company" : "Link to a company"}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {open === "correct" && <CorrectPerson person={person} onClose={close} />}
      {open === "link" && <LinkPerson person={person} onClose={close} />}
    </>
  );
}
