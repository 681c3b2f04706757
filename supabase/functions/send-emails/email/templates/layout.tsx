/** @jsxImportSource npm:react@19.3.1 */
/** @jsxImportSourceTypes npm:@types/react@19.3.0 */
import {
  Body,
  Container,
  Head,
  Heading,
  Hr,
  Html,
  Img,
  Section,
  Text,
} from "npm:@react-email/components@1.0.12";
import type { ReactNode } from "npm:@types/react@19.3.0";
import type { Brand, EmailView } from "../types.ts";
import { Lines } from "./parts.tsx";
import { BODY, CARD, DARK, HEADING, INNER, PAGE, PREVIEW, SMALL, TEXT } from "./theme.ts";

/** What is around every mail: the brand, the heading, the footer. */
export function Frame({ tag, heading, preview, brand, children }: {
  /** BCP 47: the language of the mail. */
  tag: string;
  heading: string;
  /** What a list of mails shows beside the subject. */
  preview: string;
  brand: Brand;
  children: ReactNode;
}) {
  return (
    <Html lang={tag} dir="ltr">
      <Head>
        <title>{heading}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        {/* Mail programs make no links of their own, those that ask. */}
        <meta
          name="format-detection"
          content="telephone=no, date=no, address=no, email=no, url=no"
        />
        <style>{DARK}</style>
      </Head>
      <Body style={BODY}>
        <div style={PREVIEW} data-skip-in-text="true">{preview}</div>
        <Section className="page" style={PAGE}>
          <Container
            className="card"
            style={{ ...CARD, borderTop: `4px solid ${brand.color}` }}
          >
            <Section style={INNER}>
              <Masthead brand={brand} />
              <Heading as="h1" className="ink" style={HEADING}>{heading}</Heading>
              {children}
              {brand.footer && (
                <>
                  <Hr className="line" style={{ borderColor: "#e2e5ea" }} />
                  <Text className="quiet" style={SMALL}>
                    <Lines lines={brand.footer} />
                  </Text>
                </>
              )}
            </Section>
          </Container>
        </Section>
      </Body>
    </Html>
  );
}

/** What is around every mail to an attendee: the greeting, and how to answer. */
export function Layout(
  { view, children }: { view: EmailView; children: ReactNode },
) {
  const { copy, brand, time } = view;
  const { heading, intro } = copy.kinds[view.kind];
  return (
    <Frame tag={copy.tag} heading={heading} preview={time ?? heading} brand={brand}>
      <Text className="ink" style={TEXT}>
        {copy.hello(view.greetingName)}
      </Text>
      <Text className="ink" style={TEXT}>{intro}</Text>
      {children}
      {view.canReply && (
        <Text className="ink" style={{ ...TEXT, marginTop: "24px" }}>
          {copy.reply}
        </Text>
      )}
    </Frame>
  );
}

/** The logo, or the name, or nothing: the sender's address says who writes. */
function Masthead({ brand }: { brand: Brand }) {
  if (brand.logoUrl !== null) {
    return (
      <Img
        src={brand.logoUrl}
        alt={brand.name ?? ""}
        height="40"
        style={{ height: "40px", margin: "0 0 20px" }}
      />
    );
  }
  if (brand.name === null) return null;
  return (
    <Text className="quiet" style={{ ...SMALL, fontWeight: 600 }}>
      {brand.name}
    </Text>
  );
}
