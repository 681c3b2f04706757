/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import { Button, Link, Section, Text } from "npm:@react-email/components@1.0.12";
import { Fragment } from "npm:react@19.3.1";
import type { ReactNode } from "npm:@types/react@19.3.0";
import { defang } from "../typed.ts";
import type { EmailView, Person } from "../types.ts";
import { BUTTON, LABEL, LINK, needsOutline, readableOn, SMALL, TEXT } from "./theme.ts";

interface PartProps {
  view: EmailView;
}

/** What the meeting is called. */
export function TitleRow({ view }: PartProps) {
  return (
    <Row name={view.copy.what}>
      <BidiText text={view.title} />
    </Row>
  );
}

/** When it is, or was to be. */
export function TimeRow({ view: { copy, kind, time } }: PartProps) {
  return (
    <Row name={copy.kinds[kind].when}>
      <strong>{time ?? copy.unknownTime}</strong>
    </Row>
  );
}

/** That the mail is about more meetings than the one whose time it gives. */
export function SeriesRow({ view: { copy, series } }: PartProps) {
  return series === null ? null : (
    <Row name={copy.series}>
      <Lines lines={series} />
    </Row>
  );
}

/** What the host's clock shows then, where that is something else. */
export function HostTimeRow({ view: { copy, hostTime } }: PartProps) {
  return hostTime === null ? null : <Row name={copy.hostTime}>{hostTime}</Row>;
}

/** The time that no longer counts, struck through. */
export function OldTimeRow({ view: { copy, oldTime } }: PartProps) {
  return oldTime === null ? null : (
    <Row name={copy.oldTime}>
      <del style={{ textDecoration: "line-through" }}>{oldTime}</del>
    </Row>
  );
}

/** The host, the attendee and the guests, a line each. */
export function PeopleRow({ view: { copy, host, attendee, guests } }: PartProps) {
  const name = ({ name, email }: Person) => name ?? (email === null ? null : defang(email));
  const [hostName, ownName] = [host.name ?? host.email, name(attendee)];
  const people = [
    ...(hostName === null ? [] : [copy.host(hostName)]),
    ...(ownName === null ? [] : [copy.you(ownName)]),
    ...guests.map((guest) => name(guest) ?? ""),
  ];
  return people.length === 0 ? null : (
    <Row name={copy.who}>
      <Lines lines={people} />
    </Row>
  );
}

/** The button into the call, or where the meeting is. */
export function PlaceRow({ view }: PartProps) {
  const { copy, place } = view;
  if (place === null) return null;
  if ("url" in place) {
    return (
      <MainButton view={view} href={place.url} below={place.url}>
        {copy.join}
      </MainButton>
    );
  }
  return (
    <Row name={copy.where}>
      <BidiText text={"text" in place ? place.text : place.hint} />
    </Row>
  );
}

/** What the attendee wrote when booking. */
export function NotesRow({ view: { copy, notes } }: PartProps) {
  return notes === null ? null : (
    <Row name={copy.notes}>
      <Lines lines={notes} />
    </Row>
  );
}

/** Why the meeting is off, or was moved, when somebody said so. */
export function ReasonRow({ view: { copy, reason } }: PartProps) {
  return reason === null ? null : (
    <Row name={copy.reason}>
      <Lines lines={reason} />
    </Row>
  );
}

/** The ways to another time or out of the meeting; those that the booking has. */
export function ManageLinks({ view: { copy, links } }: PartProps) {
  const ways = [
    { text: copy.reschedule, href: links.reschedule },
    { text: copy.cancel, href: links.cancel },
  ].flatMap(({ text, href }) => href === null ? [] : [{ text, href }]);
  return ways.length === 0 ? null : (
    <Text className="ink" style={{ ...TEXT, marginTop: "24px" }}>
      {copy.change}
      {ways.map(({ text, href }) => (
        <Fragment key={href}>
          <br />
          <Link href={href} className="ink" style={LINK}>{text}</Link>
        </Fragment>
      ))}
    </Text>
  );
}

/** The way to a new booking. */
export function BookAgain({ view }: PartProps) {
  const { copy, links, isAskedToMove } = view;
  return (
    <>
      {isAskedToMove && <Text className="ink" style={TEXT}>{copy.askedToMove}</Text>}
      {links.bookAgain !== null && (
        <MainButton view={view} href={links.bookAgain}>
          {isAskedToMove ? copy.pickTime : copy.bookAgain}
        </MainButton>
      )}
    </>
  );
}

/** One thing the mail tells: what it is called, and below that what it is. */
function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Text className="ink" style={TEXT}>
      <span className="quiet" style={LABEL}>{name}</span>
      <br />
      {children}
    </Text>
  );
}

/** The one thing to do, in the brand's colour. `below` shows the address for those who copy it. */
function MainButton({ view, href, below, children }: {
  view: EmailView;
  href: string;
  below?: string;
  children: string;
}) {
  const { color } = view.brand;
  return (
    <Section style={{ margin: "0 0 16px" }}>
      <Button
        href={href}
        {...(needsOutline(color) && { className: "outlined" })}
        style={{ ...BUTTON, backgroundColor: color, color: readableOn(color) }}
      >
        {children}
      </Button>
      {below !== undefined && (
        <Text className="quiet" style={{ ...SMALL, margin: "8px 0 0" }} data-skip-in-text="true">
          <Link href={href} className="quiet" style={{ ...LINK, color: SMALL.color }}>{below}</Link>
        </Text>
      )}
    </Section>
  );
}

/** Lines that somebody typed, each in the direction of its own script. */
export function Lines({ lines }: { lines: string[] }) {
  return lines.map((line, index) => (
    <Fragment key={index}>
      {index > 0 && <br />}
      <BidiText text={line} />
    </Fragment>
  ));
}

/** Text of unknown direction: an Arabic name must not turn around what stands next to it. */
function BidiText({ text }: { text: string }) {
  return <bdi>{text}</bdi>;
}
