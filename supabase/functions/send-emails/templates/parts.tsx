/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import { Button, Link, Section, Text } from "npm:@react-email/components@1.0.12";
import { Fragment } from "npm:react@19.3.1";
import type { ReactNode } from "npm:@types/react@19.3.0";
import type { Mail, Person } from "../mail.ts";
import { LABEL, LINK, readableOn, SMALL, TEXT } from "./theme.ts";

interface PartProps {
  mail: Mail;
}

/** What the meeting is called. */
export function What({ mail }: PartProps) {
  return (
    <Fact name={mail.words.what}>
      <Typed text={mail.title} />
    </Fact>
  );
}

/** When it is, or was to be. */
export function When({ mail: { words, kind, time } }: PartProps) {
  return (
    <Fact name={words.kinds[kind].when}>
      <strong>{time ?? words.unknownTime}</strong>
    </Fact>
  );
}

/** What the host's clock shows then, where that is something else. */
export function HostTime({ mail: { words, hostTime } }: PartProps) {
  return hostTime === null ? null : <Fact name={words.hostTime}>{hostTime}</Fact>;
}

/** The time that no longer counts, struck through. */
export function OldTime({ mail: { words, oldTime } }: PartProps) {
  return oldTime === null ? null : (
    <Fact name={words.oldTime}>
      <del style={{ textDecoration: "line-through" }}>{oldTime}</del>
    </Fact>
  );
}

/** The host, the attendee and the guests, a line each. */
export function People({ mail: { words, host, attendee, guests } }: PartProps) {
  const name = (person: Person) => person.name ?? person.email;
  const [hostName, ownName] = [name(host), name(attendee)];
  const people = [
    ...(hostName === null ? [] : [words.host(hostName)]),
    ...(ownName === null ? [] : [words.you(ownName)]),
    ...guests.map((guest) => name(guest) ?? ""),
  ];
  return people.length === 0 ? null : (
    <Fact name={words.who}>
      <Lines lines={people} />
    </Fact>
  );
}

/** The button into the call, or where the meeting is. */
export function Where({ mail }: PartProps) {
  const { words, place } = mail;
  if (place === null) return null;
  if ("url" in place) {
    return (
      <MainButton mail={mail} href={place.url} below={place.url}>
        {words.join}
      </MainButton>
    );
  }
  return (
    <Fact name={words.where}>
      <Typed text={"text" in place ? place.text : place.hint} />
    </Fact>
  );
}

/** What the attendee wrote when booking. */
export function Notes({ mail: { words, notes } }: PartProps) {
  return notes === null ? null : (
    <Fact name={words.notes}>
      <Lines lines={notes} />
    </Fact>
  );
}

/** Why the meeting is off, or was moved, when somebody said so. */
export function Reason({ mail: { words, reason } }: PartProps) {
  return reason === null ? null : (
    <Fact name={words.reason}>
      <Lines lines={reason} />
    </Fact>
  );
}

/** The ways to another time or out of the meeting; those that the booking has. */
export function Change({ mail: { words, links } }: PartProps) {
  const ways = [
    { text: words.reschedule, href: links.reschedule },
    { text: words.cancel, href: links.cancel },
  ].flatMap(({ text, href }) => href === null ? [] : [{ text, href }]);
  return ways.length === 0 ? null : (
    <Text className="ink" style={{ ...TEXT, marginTop: "24px" }}>
      {words.change}
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
export function BookAgain({ mail }: PartProps) {
  const { words, links, isAskedToMove } = mail;
  return (
    <>
      {isAskedToMove && <Text className="ink" style={TEXT}>{words.askedToMove}</Text>}
      {links.bookAgain !== null && (
        <MainButton mail={mail} href={links.bookAgain}>
          {isAskedToMove ? words.pickTime : words.bookAgain}
        </MainButton>
      )}
    </>
  );
}

/** One thing the mail tells: what it is called, and below that what it is. */
function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Text className="ink" style={TEXT}>
      <span className="quiet" style={LABEL}>{name}</span>
      <br />
      {children}
    </Text>
  );
}

/** The one thing to do, in the brand's colour. `below` shows the address for those who copy it. */
function MainButton({ mail, href, below, children }: {
  mail: Mail;
  href: string;
  below?: string;
  children: string;
}) {
  const { color } = mail.brand;
  return (
    <Section style={{ margin: "0 0 16px" }}>
      <Button
        href={href}
        className="button"
        style={{
          padding: "12px 22px",
          // In the dark it is another colour: a dark button would have no shape there.
          border: `1px solid ${color}`,
          borderRadius: "6px",
          backgroundColor: color,
          color: readableOn(color),
          fontSize: "16px",
          lineHeight: "20px",
          fontWeight: 600,
          textDecoration: "none",
        }}
      >
        {children}
      </Button>
      {below !== undefined && (
        <Text
          className="quiet"
          style={{ ...SMALL, margin: "8px 0 0" }}
          data-skip-in-text="true"
        >
          <Link
            href={href}
            className="quiet"
            style={{ ...LINK, color: SMALL.color }}
          >
            {below}
          </Link>
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
      <Typed text={line} />
    </Fragment>
  ));
}

/** Text of unknown direction: an Arabic name must not turn around what stands next to it. */
function Typed({ text }: { text: string }) {
  return <bdi>{text}</bdi>;
}
