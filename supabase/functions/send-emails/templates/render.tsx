/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import { render, toPlainText } from "npm:@react-email/render@2.3.1";
import type { ComponentType } from "npm:@types/react@19.3.0";
import type { EmailKind } from "../languages/language.ts";
import type { Mail } from "../mail.ts";
import { Cancellation } from "./cancellation.tsx";
import { Confirmation } from "./confirmation.tsx";
import { Reschedule } from "./reschedule.tsx";

/** Which template a mail is written by. */
const TEMPLATES: Readonly<Record<EmailKind, ComponentType<{ mail: Mail }>>> = {
  confirmation: Confirmation,
  reschedule: Reschedule,
  cancellation: Cancellation,
};

/** Writes a mail by its template. The text part is the same mail without the looks. */
export async function renderBody(
  mail: Mail,
): Promise<{ html: string; text: string }> {
  const Template = TEMPLATES[mail.kind];
  const html = await render(<Template mail={mail} />);
  const text = toPlainText(html, {
    selectors: [
      // The greeting comes first; the heading says what the subject has said.
      { selector: "h1", format: "skip" },
      { selector: "hr", options: { length: 3 } },
    ],
  });
  return { html, text: `${text.trim()}\n` };
}
