import { useLive } from "../live/use-live.ts";
import { linkTo, usePlace } from "../router.ts";
import { fetchMeetings, type Subject } from "../story/fetch.ts";
import { Meetings } from "../story/meetings.tsx";
import { NoMail, PersonMenu } from "../story/people.tsx";
import { Timeline } from "../story/timeline.tsx";
import { askMaybe, supabase } from "../supabase.ts";
import { isId } from "../ui/id.ts";
import { RecordView } from "../ui/record.tsx";
import { Empty, Show } from "../ui/states.tsx";

type Person = NonNullable<Awaited<ReturnType<typeof fetchPerson>>>;

async function fetchPerson(id: string) {
  return await askMaybe(
    supabase().from("people")
      .select("id, name, email, company_id, suppressed_reason, companies(id, name)")
      .eq("id", id).maybeSingle(),
  );
}

export default function PersonPage() {
  const { id } = usePlace();
  const person = useLive(["person", id], async () => isId(id) ? await fetchPerson(id) : null);
  return (
    <Show live={person}>
      {(data) =>
        data
          ? <PersonView person={data} />
          : <Empty title="There is no such person" hint="They may have been deleted." />}
    </Show>
  );
}

function PersonView({ person }: { person: Person }) {
  const subject: Subject = { kind: "person", id: person.id };
  const meetings = useLive(["meetings", subject], () => fetchMeetings(subject));
  const company = person.companies;
  return (
    <RecordView
      kind="Person"
      title={person.name ?? person.email}
      badge={<NoMail person={person} />}
      actions={<PersonMenu person={person} />}
      facts={[
        ["Mail address", person.email],
        [
          "Company",
          company
            ? <a key="company" href={linkTo("company", company.id)}>{company.name}</a>
            : "none: a personal address",
        ],
        ...(person.suppressed_reason
          ? [["Gets no mail", person.suppressed_reason] as [string, string]]
          : []),
      ]}
      aside={<Meetings meetings={meetings} deals={[]} />}
    >
      <Timeline subject={subject} />
    </RecordView>
  );
}
