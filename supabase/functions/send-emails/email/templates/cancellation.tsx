/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import type { EmailView } from "../types.ts";
import { Layout } from "./layout.tsx";
import { BookAgain, PeopleRow, ReasonRow, TimeRow, TitleRow } from "./parts.tsx";

/** The mail after a cancellation or a rejection. No way into a call that is off. */
export function Cancellation({ view }: { view: EmailView }) {
  return (
    <Layout view={view}>
      <TitleRow view={view} />
      <TimeRow view={view} />
      <ReasonRow view={view} />
      <PeopleRow view={view} />
      <BookAgain view={view} />
    </Layout>
  );
}
