import { Suspense, useEffect, useRef } from "react";
import { clockStore } from "./live/clock.ts";
import { usePlace } from "./router.ts";
import { findPage } from "./pages.ts";
import { mayDo, useMember } from "./session/member.ts";
import { sessionStore } from "./session/session.ts";
import { SignIn } from "./session/sign-in.tsx";
import { Stranger } from "./session/stranger.tsx";
import { Boundary } from "./shell/boundary.tsx";
import { Shell } from "./shell/shell.tsx";
import { ConfirmHost } from "./ui/confirm.tsx";
import { NotifyHost } from "./ui/notify.tsx";
import { Empty, Failure, Loading } from "./ui/states.tsx";
import { useTitle } from "./ui/title.ts";

/** Who may look sees the page that the address names; everybody else sees why not. */
export function App() {
  const session = sessionStore.use();
  const member = useMember();

  if (session === undefined) return <Loading />;
  if (session === null) return <SignIn />;
  if (member.data === undefined) {
    return member.error ? <Failure error={member.error} retry={member.refetch} /> : <Loading />;
  }
  if (member.data === null) return <Stranger email={session.user.email ?? "somebody"} />;
  return (
    <>
      <Shell member={member.data}>
        <CurrentPage />
      </Shell>
      <ConfirmHost />
      <NotifyHost />
    </>
  );
}

function CurrentPage() {
  const place = usePlace();
  const member = useMember();
  // What was two minutes ago is three minutes ago now, and tomorrow is today.
  clockStore.use();
  const page = findPage(place.page);
  // A page of one thing has the name of that.
  useTitle(page?.icon && page.title);
  useFocus(`${page?.name}/${place.id}`);
  if (!page) {
    return (
      <Empty title="There is no such page" hint="The navigation shows those that there are." />
    );
  }
  if (!mayDo(member.data, page.role)) {
    return <Empty title="This page is for operators" hint="An operator can change your role." />;
  }
  return (
    // A page that broke is put up anew in another place.
    <Boundary key={`${page.name}/${place.id}`}>
      <Suspense fallback={<Loading />}>
        <page.component />
      </Suspense>
    </Boundary>
  );
}

/** What had the focus may have gone with the page before: Tab goes on in the new one, and a screen reader tells of it. */
function useFocus(place: string): void {
  const last = useRef(place);
  useEffect(() => {
    if (last.current === place) return;
    last.current = place;
    if (document.activeElement === document.body) {
      document.getElementById("main")?.focus({ preventScroll: true });
    }
  }, [place]);
}
