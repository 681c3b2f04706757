/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import type { EmailView } from "../types.ts";
import { Layout } from "./layout.tsx";
import {
  HostTimeRow,
  ManageLinks,
  NotesRow,
  PeopleRow,
  PlaceRow,
  SeriesRow,
  TimeRow,
  TitleRow,
} from "./parts.tsx";

/** The mail after a booking, and after the host confirmed one. */
export function Confirmation({ view }: { view: EmailView }) {
  return (
    <Layout view={view}>
      <TitleRow view={view} />
      <TimeRow view={view} />
      <HostTimeRow view={view} />
      <SeriesRow view={view} />
      <PeopleRow view={view} />
      <PlaceRow view={view} />
      <NotesRow view={view} />
      <ManageLinks view={view} />
    </Layout>
  );
}
