/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import type { Mail } from "../mail.ts";
import { Layout } from "./layout.tsx";
import { BookAgain, People, Reason, What, When } from "./parts.tsx";

/** The mail after a cancellation or a rejection. No way into a call that is off. */
export function Cancellation({ mail }: { mail: Mail }) {
  return (
    <Layout mail={mail}>
      <What mail={mail} />
      <When mail={mail} />
      <Reason mail={mail} />
      <People mail={mail} />
      <BookAgain mail={mail} />
    </Layout>
  );
}
