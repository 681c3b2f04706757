/** The brands: how they are given, and which ones a fresh install has. */
import { SetupError } from "./error.ts";
import { isAddress } from "./settings.ts";

/** A row of `senders`, as far as the set-up decides it. */
export interface Sender {
  organizer_domain: string;
  from_address: string;
  from_name: string | null;
  is_default: boolean;
}

/** What a fresh install has; the rest of their columns is as the table's defaults say. */
export const FRESH_SENDERS: readonly Sender[] = [
  ["everythingautomation.com", "team@everythingautomation.com"],
  ["modernfull.com", "team@modernfull.com"],
  ["outboundsolutions.com", "team@outboundsolutions.com"],
  ["revenueactivation.com", "team@revenueactivation.com"],
  ["revenueengineer.com", "benjamin.crane@revenueengineer.com"],
  ["substrate.build", "team@substrate.build"],
].map(([organizer_domain, from_address]) => ({
  organizer_domain: organizer_domain!,
  from_address: from_address!,
  from_name: null,
  is_default: organizer_domain === "outboundsolutions.com",
}));

/** What a fresh install has as personal mail. */
export const FRESH_PERSONAL_DOMAINS: readonly string[] = [
  ...["gmail.com", "hotmail.com", "icloud.com", "me.com", "outlook.com", "yahoo.com"],
];

/** Where else anybody can register: the providers that most people use who use none of the six. */
export const FREE_MAIL: readonly string[] = [
  ...["googlemail.com", "live.com", "msn.com", "hotmail.co.uk", "hotmail.fr", "yahoo.co.uk"],
  ...["yahoo.fr", "yahoo.de", "ymail.com", "rocketmail.com", "aol.com", "mac.com", "proton.me"],
  ...["protonmail.com", "pm.me", "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com", "web.de"],
  ...[
    "t-online.de",
    "freenet.de",
    "mail.com",
    "zoho.com",
    "fastmail.com",
    "hey.com",
    "tutanota.com",
  ],
  ...[
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "libero.it",
    "bluewin.ch",
    "comcast.net",
  ],
  ...[
    "verizon.net",
    "att.net",
    "qq.com",
    "163.com",
    "126.com",
    "naver.com",
    "mail.ru",
    "yandex.ru",
  ],
];

const ENTRY =
  /^(?:(?<domain>[^\s=@<>]+)\s*=\s*)?(?:(?<name>[^<>=]*?)\s*<(?<address>[^\s@<>",;]+@[^\s@<>",;]+)>|(?<bare>[^\s@<>",;=]+@[^\s@<>",;]+))$/;

/** What a person says of the brands: `keep`, or which ones. @throws {SetupError} as `parseSenders` does */
export function readBrands(text: string): Sender[] | "keep" {
  return text === "keep" ? "keep" : parseSenders(text);
}

/**
 * Reads brands: `Example Team <team@example.com>; other.example = team@mail.other.example`. Without
 * a domain of its organizers a brand speaks for that of its address. The first is the default.
 * @throws {SetupError} naming what is not one
 */
export function parseSenders(text: string): Sender[] {
  const entries = text.split(/[;\n]/).map((entry) => entry.trim()).filter((entry) => entry !== "");
  const senders = entries.map((entry, index) => {
    const { domain, name, address, bare } = ENTRY.exec(entry)?.groups ?? {};
    const from = address ?? bare;
    if (from === undefined || !isAddress(from)) {
      throw new SetupError(
        `A brand is like "Example Team <team@example.com>", several are separated by ";". ` +
          `This is none: ${entry}`,
      );
    }
    return {
      organizer_domain: (domain ?? from.split("@")[1]!).toLowerCase(),
      from_address: from,
      from_name: name ? name.replace(/^"(.*)"$/, "$1") : null,
      is_default: index === 0,
    };
  });
  const domains = senders.map((sender) => sender.organizer_domain);
  const twice = domains.find((domain, index) => domains.indexOf(domain) !== index);
  if (twice !== undefined) throw new SetupError(`There are two brands for ${twice}; give one.`);
  if (senders.length === 0) throw new SetupError("Give at least one brand.");
  return senders;
}
