import { useLive } from "../live/use-live.ts";
import { linkTo } from "../router.ts";
import type { View } from "../supabase.ts";
import { fetchLoners } from "./fetch.ts";
import classes from "./pipeline.module.css";

/** What a search finds beside deals: companies without one, and people without a company. */
export function Found(
  { search, companies = [] }: { search: string; companies: View<"board_companies">[] | undefined },
) {
  const loners = useLive(["loners", search], () => fetchLoners(search));
  const people = loners.data ?? [];
  if (companies.length === 0 && people.length === 0) return null;
  return (
    <div className={classes.found}>
      {companies.length > 0 && (
        <p>
          Without a deal:{" "}
          {companies.map(({ company_id, company }) => (
            <a key={company_id} href={linkTo("company", company_id)}>{company}</a>
          ))}
        </p>
      )}
      {people.length > 0 && (
        <p>
          Without a company:{" "}
          {people.map(({ id, name, email }) => (
            <a key={id} href={linkTo("person", id)} title={email}>{name ?? email}</a>
          ))}
        </p>
      )}
    </div>
  );
}
