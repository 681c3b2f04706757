import { Button } from "@mantine/core";
import { useState } from "react";
import { fetchDeals } from "../deal/fetch.ts";
import { RenameCompany } from "../hand/rename-company.tsx";
import { useLive } from "../live/use-live.ts";
import { usePlace } from "../router.ts";
import { useMayDo } from "../session/member.ts";
import { fetchMeetings, type Subject } from "../story/fetch.ts";
import { Meetings } from "../story/meetings.tsx";
import { People } from "../story/people.tsx";
import { Timeline } from "../story/timeline.tsx";
import { askMaybe, supabase, type View } from "../supabase.ts";
import { formatDate, formatMeeting, formatNumber } from "../ui/format.ts";
import { isId } from "../ui/id.ts";
import { RecordView } from "../ui/record.tsx";
import { Empty, Show } from "../ui/states.tsx";
import { Deals } from "./deals.tsx";

type Company = View<"board_companies">;

async function fetchCompany(id: string): Promise<Company | null> {
  return await askMaybe(
    supabase().from("board_companies").select("*").eq("company_id", id).maybeSingle(),
  );
}

export default function CompanyPage() {
  const { id } = usePlace();
  const company = useLive(["company", id], async () => isId(id) ? await fetchCompany(id) : null);
  return (
    <Show live={company}>
      {(data) =>
        data
          ? <CompanyView company={data} />
          : <Empty title="There is no such company" hint="It may have been deleted." />}
    </Show>
  );
}

function CompanyView({ company }: { company: Company }) {
  const id = company.company_id;
  const subject: Subject = { kind: "company", id };
  const meetings = useLive(["meetings", subject], () => fetchMeetings(subject));
  const deals = useLive(["deals", id], () => fetchDeals(id));
  return (
    <RecordView
      kind="Company"
      title={company.company}
      actions={<Rename company={company} />}
      facts={[
        ["Domain", company.domain],
        ["Known since", formatDate(company.known_since)],
        ["People", formatNumber(company.people_count)],
        ["Meetings", formatNumber(company.meetings)],
        ["Next meeting", formatMeeting(company.next_meeting)],
        ["Last meeting", formatMeeting(company.last_meeting)],
      ]}
      aside={
        <>
          <Deals deals={deals} />
          <Meetings meetings={meetings} deals={deals.data ?? []} />
          <People companyId={id} />
        </>
      }
    >
      <Timeline subject={subject} />
    </RecordView>
  );
}

function Rename({ company }: { company: Company }) {
  const [isOpen, setIsOpen] = useState(false);
  if (!useMayDo("sales")) return null;
  return (
    <>
      <Button variant="default" size="xs" onClick={() => setIsOpen(true)}>Rename</Button>
      {isOpen && (
        <RenameCompany
          company={{ id: company.company_id, name: company.company }}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}
