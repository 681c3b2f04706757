import {
  IconAddressBook,
  IconCalendarEvent,
  IconChartBar,
  IconLayoutKanban,
  IconSettings,
} from "@tabler/icons-react";
import { type ComponentType, lazy } from "react";
import { PipelinePage } from "./pipeline/page.tsx";
import type { Role } from "./session/member.ts";

/** A page of the board. It reads its id and its filters with usePlace() and useParams(). */
export interface Page {
  /** Its name in the address: `#/name`. */
  name: string;
  title: string;
  /** Who may look at it. */
  role: Role;
  /** In the navigation; without one the page is reached by links. */
  icon?: ComponentType<{ size?: number; stroke?: number }>;
  component: ComponentType;
  /** The page of the navigation that leads here. */
  under?: string;
}

/** Every page, in the order of the navigation. All but the first are loaded when they are opened. */
export const PAGES: Page[] = [
  {
    name: "pipeline",
    title: "Pipeline",
    role: "viewer",
    icon: IconLayoutKanban,
    component: PipelinePage,
  },
  {
    name: "meetings",
    title: "Meetings",
    role: "viewer",
    icon: IconCalendarEvent,
    component: lazy(() => import("./meetings/page.tsx")),
  },
  {
    name: "numbers",
    title: "Numbers",
    role: "viewer",
    icon: IconChartBar,
    component: lazy(() => import("./numbers/page.tsx")),
  },
  {
    name: "operator",
    title: "Operator",
    role: "operator",
    icon: IconSettings,
    component: lazy(() => import("./operator/page.tsx")),
  },
  {
    name: "members",
    title: "Members",
    role: "operator",
    icon: IconAddressBook,
    component: lazy(() => import("./members/page.tsx")),
  },
  {
    name: "deal",
    title: "Deal",
    role: "viewer",
    component: lazy(() => import("./deal/page.tsx")),
    under: "pipeline",
  },
  {
    name: "company",
    title: "Company",
    role: "viewer",
    component: lazy(() => import("./company/page.tsx")),
    under: "pipeline",
  },
  {
    name: "person",
    title: "Person",
    role: "viewer",
    component: lazy(() => import("./person/page.tsx")),
    under: "pipeline",
  },
];

export function findPage(name: string): Page | undefined {
  return name === "" ? PAGES[0] : PAGES.find((page) => page.name === name);
}
