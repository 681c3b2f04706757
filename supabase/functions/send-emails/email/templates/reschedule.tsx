/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import type { EmailView } from "../types.ts";
import { Layout } from "./layout.tsx";
import {
  HostTimeRow,
  ManageLinks,
  NotesRow,
  OldTimeRow,
  PeopleRow,
  PlaceRow,
  ReasonRow,
  TimeRow,
  TitleRow,
} from "./parts.tsx";

/** The mail after a meeting was moved, by whomever. */
export function Reschedule({ view }: { view: EmailView }) {
  return (
    <Layout view={view}>
      <TitleRow view={view} />
      <TimeRow view={view} />
      <OldTimeRow view={view} />
      <HostTimeRow view={view} />
      <ReasonRow view={view} />
      <PeopleRow view={view} />
      <PlaceRow view={view} />
      <NotesRow view={view} />
      <ManageLinks view={view} />
    </Layout>
  );
}
