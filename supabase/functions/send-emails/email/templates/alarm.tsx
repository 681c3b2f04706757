/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import { Text } from "npm:@react-email/components@1.0.12";
import { Fragment } from "npm:react@19.3.1";
import type { AlarmItem, AlarmView, Piece, RecoveryItem } from "../alarm.ts";
import { Frame } from "./layout.tsx";
import { CODE, LABEL, PREVIEW, SMALL, TEXT } from "./theme.ts";

/** The mail to whoever runs this, when something is wrong or well again. */
export function Alarm({ view: { heading, wrong, well, brand } }: { view: AlarmView }) {
  const titles = [...wrong, ...well].map(({ title }) => title).join(", ");
  return (
    <Frame tag="en" heading={heading} preview={titles} brand={brand}>
      {wrong.map((item) => <WrongRow key={item.title} item={item} />)}
      {well.map((item) => <WellRow key={item.title} item={item} />)}
      <Text className="quiet" style={{ ...SMALL, marginTop: "24px" }}>
        How things are now:{" "}
        <Command text="select health()" />. This mail goes to the setting alert_address; what it
        says is not said again within a day.
      </Text>
    </Frame>
  );
}

function WrongRow({ item: { title, isNew, since, detail, whatToDo } }: { item: AlarmItem }) {
  return (
    <Text className="ink" style={TEXT}>
      <strong>{sentence(title)}</strong>
      <span className="quiet" style={LABEL}>
        {since === null ? "" : `, since ${since}`}
        {isNew ? "" : ", still"}
      </span>
      <br />
      {detail}
      {whatToDo.length > 0 && (
        <>
          <br />
          {whatToDo.map((piece, place) => <PieceText key={place} piece={piece} />)}
        </>
      )}
    </Text>
  );
}

function WellRow({ item: { title, since, until } }: { item: RecoveryItem }) {
  const times = [
    ...(since === null ? [] : [`wrong since ${since}`]),
    ...(until === null ? [] : [`well since ${until}`]),
  ].join(", ");
  return (
    <Text className="ink" style={TEXT}>
      <strong>Well again: {title}</strong>
      {times !== "" && (
        <>
          <br />
          <span className="quiet" style={LABEL}>{times}</span>
        </>
      )}
    </Text>
  );
}

function PieceText({ piece }: { piece: Piece }) {
  return "command" in piece ? <Command text={piece.command} /> : <Fragment>{piece.words}</Fragment>;
}

/** The text part shows the backticks that stand around it, the HTML part does not. */
function Command({ text }: { text: string }) {
  return (
    <>
      <span style={PREVIEW}>`</span>
      <code className="code" style={CODE}>{text}</code>
      <span style={PREVIEW}>`</span>
    </>
  );
}

function sentence(title: string): string {
  return title.charAt(0).toUpperCase() + title.slice(1);
}
