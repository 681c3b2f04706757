import { linkTo } from "../router.ts";
import { findPage, PAGES } from "../pages.ts";
import { mayDo, type Member } from "../session/member.ts";
import classes from "./shell.module.css";

/** Links to the pages that a member may look at. */
export function Navigation({ member, page }: { member: Member; page: string }) {
  const shown = findPage(page);
  const current = shown?.under ?? shown?.name;
  return (
    <nav className={classes.navigation} aria-label="Pages">
      {PAGES.filter(({ icon, role }) => icon && mayDo(member, role)).map((
        { name, title, icon: Icon },
      ) => (
        <a
          key={name}
          href={linkTo(name)}
          className={classes.link}
          aria-current={name === current ? "page" : undefined}
        >
          {Icon && <Icon size={18} stroke={1.6} />}
          <span className={classes.title}>{title}</span>
        </a>
      ))}
    </nav>
  );
}
