/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import type { Mail } from "../mail.ts";
import { Layout } from "./layout.tsx";
import { Change, HostTime, Notes, OldTime, People, Reason, What, When, Where } from "./parts.tsx";

/** The mail after a meeting was moved, by whomever. */
export function Reschedule({ mail }: { mail: Mail }) {
  return (
    <Layout mail={mail}>
      <What mail={mail} />
      <When mail={mail} />
      <OldTime mail={mail} />
      <HostTime mail={mail} />
      <Reason mail={mail} />
      <People mail={mail} />
      <Where mail={mail} />
      <Notes mail={mail} />
      <Change mail={mail} />
    </Layout>
  );
}
