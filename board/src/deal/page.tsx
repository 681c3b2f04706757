import { useLive } from "../live/use-live.ts";
import { linkTo, usePlace } from "../router.ts";
import { fetchMeetings, type Subject } from "../story/fetch.ts";
import { Meetings } from "../story/meetings.tsx";
import { People } from "../story/people.tsx";
import { Timeline } from "../story/timeline.tsx";
import { formatDate, formatMeeting, formatSince } from "../ui/format.ts";
import { isId } from "../ui/id.ts";
import { RecordView } from "../ui/record.tsx";
import { StageBadge } from "../ui/stage-badge.tsx";
import { Empty, Show } from "../ui/states.tsx";
import { DealActions } from "./actions.tsx";
import { type Deal, fetchDeal } from "./fetch.ts";

export default function DealPage() {
  const { id } = usePlace();
  const deal = useLive(["deal", id], async () => isId(id) ? await fetchDeal(id) : null);
  return (
    <Show live={deal}>
      {(data) =>
        data ? <DealView deal={data} /> : (
          <Empty
            title="There is no such deal"
            hint="It may have been deleted, or a late event has shown that it never was."
          />
        )}
    </Show>
  );
}

function DealView({ deal }: { deal: Deal }) {
  const subject: Subject = { kind: "deal", id: deal.deal_id, companyId: deal.company_id };
  const meetings = useLive(["meetings", subject], () => fetchMeetings(subject));
  return (
    <RecordView
      kind="Deal"
      title={deal.company}
      badge={<StageBadge stage={deal.stage} />}
      actions={<DealActions deal={deal} />}
      facts={[
        ["Company", <a key="company" href={linkTo("company", deal.company_id)}>{deal.domain}</a>],
        ["Opened", formatDate(deal.opened_at)],
        ["In this stage", formatSince(deal.stage_since)],
        ["Next meeting", formatMeeting(deal.next_meeting)],
        ["Last meeting", formatMeeting(deal.last_meeting)],
        ["Host", deal.host ?? "–"],
        ["Brand", deal.brand ?? "–"],
      ]}
      aside={
        <>
          <Meetings meetings={meetings} deals={[deal]} />
          <People companyId={deal.company_id} />
        </>
      }
    >
      <Timeline subject={subject} />
    </RecordView>
  );
}
