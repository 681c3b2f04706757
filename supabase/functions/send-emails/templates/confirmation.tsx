/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import type { Mail } from "../mail.ts";
import { Layout } from "./layout.tsx";
import { Change, HostTime, Notes, People, What, When, Where } from "./parts.tsx";

/** The mail after a booking, and after the host confirmed one. */
export function Confirmation({ mail }: { mail: Mail }) {
  return (
    <Layout mail={mail}>
      <What mail={mail} />
      <When mail={mail} />
      <HostTime mail={mail} />
      <People mail={mail} />
      <Where mail={mail} />
      <Notes mail={mail} />
      <Change mail={mail} />
    </Layout>
  );
}
