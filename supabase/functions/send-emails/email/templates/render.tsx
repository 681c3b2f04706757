/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import { render, toPlainText } from "npm:@react-email/render@2.3.1";
import type { ComponentType, ReactElement } from "npm:@types/react@19.3.0";
import type { AlarmView } from "../alarm.ts";
import type { EmailKind, EmailView } from "../types.ts";
import { Alarm } from "./alarm.tsx";
import { Cancellation } from "./cancellation.tsx";
import { Confirmation } from "./confirmation.tsx";
import { Reschedule } from "./reschedule.tsx";

/** Which template a mail is written by. */
const TEMPLATES: Readonly<Record<EmailKind, ComponentType<{ view: EmailView }>>> = {
  confirmation: Confirmation,
  reschedule: Reschedule,
  cancellation: Cancellation,
};

/** The two parts of a mail. */
interface RenderedBody {
  html: string;
  text: string;
}

/** Renders the body of a mail to an attendee. */
export function renderBody(view: EmailView): Promise<RenderedBody> {
  const Template = TEMPLATES[view.kind];
  return renderParts(<Template view={view} />);
}

/** Renders the body of an alarm. */
export function renderAlarmBody(view: AlarmView): Promise<RenderedBody> {
  return renderParts(<Alarm view={view} />);
}

/** The text part is made from the HTML: the same mail without looks. */
async function renderParts(mail: ReactElement): Promise<RenderedBody> {
  const html = await render(mail);
  const text = toPlainText(html, {
    selectors: [
      // The greeting comes first; the heading says what the subject has said.
      { selector: "h1", format: "skip" },
      { selector: "hr", options: { length: 3 } },
    ],
  });
  return { html, text: `${text.trim()}\n` };
}
