/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import { render, toPlainText } from "npm:@react-email/render@2.3.1";
import type { ComponentType } from "npm:@types/react@19.3.0";
import type { EmailKind, EmailView } from "../types.ts";
import { Cancellation } from "./cancellation.tsx";
import { Confirmation } from "./confirmation.tsx";
import { Reschedule } from "./reschedule.tsx";

/** Which template a mail is written by. */
const TEMPLATES: Readonly<Record<EmailKind, ComponentType<{ view: EmailView }>>> = {
  confirmation: Confirmation,
  reschedule: Reschedule,
  cancellation: Cancellation,
};

/** Renders the body of a mail. The text part is made from the HTML: the same mail without looks. */
export async function renderBody(
  view: EmailView,
): Promise<{ html: string; text: string }> {
  const Template = TEMPLATES[view.kind];
  const html = await render(<Template view={view} />);
  const text = toPlainText(html, {
    selectors: [
      // The greeting comes first; the heading says what the subject has said.
      { selector: "h1", format: "skip" },
      { selector: "hr", options: { length: 3 } },
    ],
  });
  return { html, text: `${text.trim()}\n` };
}
