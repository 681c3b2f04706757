/** Colours and sizes of all mails. Inline, because many mail programs drop style sheets. */
export const BODY = { margin: 0, padding: 0 } as const;

export const PAGE = { padding: "24px 12px", backgroundColor: "#f3f4f6" } as const;

export const CARD = {
  maxWidth: "600px",
  backgroundColor: "#ffffff",
  borderRadius: "8px",
  fontFamily: "-apple-system, BlinkMacSystemFont, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif",
} as const;

export const INNER = { padding: "28px 28px 20px" } as const;

const INK = "#1f2937";
/** For labels and small print; contrast 4.5 to 1 and more on white and on the page. */
const QUIET = "#5b6472";

export const TEXT = {
  margin: "0 0 16px",
  color: INK,
  fontSize: "16px",
  lineHeight: "24px",
  overflowWrap: "anywhere",
} as const;

/** There, and not to be seen. */
export const PREVIEW = {
  display: "none",
  overflow: "hidden",
  maxHeight: 0,
  maxWidth: 0,
  lineHeight: "1px",
  opacity: 0,
} as const;

export const HEADING = {
  margin: "0 0 16px",
  color: INK,
  fontSize: "22px",
  lineHeight: "28px",
  fontWeight: 700,
} as const;

export const LABEL = {
  color: QUIET,
  fontSize: "14px",
  fontWeight: 400,
} as const;

export const LINK = { color: INK, textDecoration: "underline" } as const;

export const SMALL = {
  ...TEXT,
  color: QUIET,
  fontSize: "13px",
  lineHeight: "20px",
} as const;

/** A command to copy. */
export const CODE = {
  padding: "1px 4px",
  backgroundColor: "#eef0f3",
  borderRadius: "4px",
  fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontSize: "14px",
} as const;

/** Its colours are the brand's. */
export const BUTTON = {
  padding: "12px 22px",
  borderRadius: "6px",
  fontSize: "16px",
  lineHeight: "20px",
  fontWeight: 600,
  textDecoration: "none",
} as const;

/** The card in the dark. */
const DARK_CARD = "#21242b";

/**
 * For the mail programs that do read style sheets: the same mail in the dark.
 * The second half is for Outlook on the web and on phones, which marks what it darkened itself.
 */
export const DARK = `
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .page { background-color: #15171b !important; }
  .card { background-color: ${DARK_CARD} !important; }
  .ink { color: #eceef2 !important; }
  .quiet { color: #a9b0bc !important; }
  .line { border-color: #3a3f4a !important; }
  .code { background-color: #2d313a !important; }
  .outlined { box-shadow: 0 0 0 1px #a9b0bc !important; }
}
[data-ogsb] .page { background-color: #15171b !important; }
[data-ogsb] .card { background-color: ${DARK_CARD} !important; }
[data-ogsb] .code { background-color: #2d313a !important; }
[data-ogsc] .ink { color: #eceef2 !important; }
[data-ogsc] .quiet { color: #a9b0bc !important; }
[data-ogsb] .outlined { box-shadow: 0 0 0 1px #a9b0bc !important; }
`;

/** Black or white, whichever can be read better on a colour of six hexadecimal digits. */
export function readableOn(color: string): "#000000" | "#ffffff" {
  // Where both have the same contrast.
  return luminance(color) > 0.179 ? "#000000" : "#ffffff";
}

/** Whether a button of this colour needs an outline to be seen in the dark: less than 3 to 1. */
export function needsOutline(color: string): boolean {
  return (luminance(color) + 0.05) / (luminance(DARK_CARD) + 0.05) < 3;
}

/** How bright a colour is, from 0 to 1, by the definition of WCAG 2. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const part = Number.parseInt(color.slice(start, start + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
