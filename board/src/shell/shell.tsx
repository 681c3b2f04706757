import { Anchor } from "@mantine/core";
import type { ReactNode } from "react";
import { usePlace } from "../router.ts";
import type { Member } from "../session/member.ts";
import { Account } from "./account.tsx";
import { Down } from "./down.tsx";
import { Navigation } from "./navigation.tsx";
import { Search } from "./search.tsx";
import classes from "./shell.module.css";

/** What is around every page: navigation, search, who is signed in. */
export function Shell({ member, children }: { member: Member; children: ReactNode }) {
  const { page } = usePlace();
  return (
    <div className={classes.shell}>
      <Anchor className={classes.skip} href="#main" onClick={skip}>To the content</Anchor>
      <header className={classes.header}>
        <Navigation member={member} page={page} />
        <div className={classes.tools}>
          <Search />
          <Account member={member} />
        </div>
      </header>
      <Down />
      <main id="main" tabIndex={-1} className={classes.main}>{children}</main>
    </div>
  );
}

/** The part of the address after # is taken. */
function skip(event: { preventDefault(): void }) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
