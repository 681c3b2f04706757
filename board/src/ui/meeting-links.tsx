import { Anchor } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { linkTo } from "../router.ts";
import type { View } from "../supabase.ts";

type Meeting = View<"board_meetings">;

/** The person of a meeting; opens its deal, else their company, else the person. */
export function PersonLink({ meeting }: { meeting: Meeting }) {
  const name = meeting.person ?? meeting.email ?? "Somebody";
  const link = meeting.deal_id
    ? linkTo("deal", meeting.deal_id)
    : meeting.company_id
    ? linkTo("company", meeting.company_id)
    : linkTo("person", meeting.person_id);
  return <Anchor href={link} inherit>{name}</Anchor>;
}

/** Opens the booking at Cal.com. */
export function CalcomLink({ link }: { link: string | null }) {
  // Made by the database, of an address that a host's own Cal.com may have given.
  if (!link?.startsWith("https://")) return null;
  return (
    <Anchor href={link} target="_blank" rel="noreferrer" inherit>
      Cal.com <IconExternalLink size={12} aria-label="opens a new page" />
    </Anchor>
  );
}
