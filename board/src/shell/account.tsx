import { lazy, Suspense, useState } from "react";
import type { Member } from "../session/member.ts";
import { AccountButton } from "./account-button.tsx";

const load = () => import("./account-menu.tsx");

/** A menu needs more script than the rest of the shell: it comes when somebody is about to open it. */
const AccountMenu = lazy(load);

/** Who is signed in, and their settings, behind a button. */
export function Account({ member }: { member: Member }) {
  const [isAsked, setIsAsked] = useState(false);
  const fetchMenu = () => load().then(() => true, () => false);
  const button = (
    <AccountButton
      onClick={async () => setIsAsked(await fetchMenu())}
      onPointerEnter={fetchMenu}
      onFocus={fetchMenu}
    />
  );
  if (!isAsked) return button;
  return (
    <Suspense fallback={button}>
      <AccountMenu member={member} />
    </Suspense>
  );
}
