/** Secrets are made here, compared here, and taken out of everything that is printed here. */
import { createHash } from "node:crypto";
import { encodeHex } from "npm:deno-std@1.4.0/encoding/hex.js";

/** The functions take no shorter one. */
export const MIN_SECRET_LENGTH = 16;

/** A secret that nobody can guess: 64 hex digits, without a comma. */
export function makeSecret(): string {
  return encodeHex(crypto.getRandomValues(new Uint8Array(32)));
}

/** What the Management API shows of a secret. */
export function digestOf(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}

/** The secrets in a list, as a variable holds it. */
export function splitSecrets(list = ""): string[] {
  return list.split(",").map((part) => part.trim()).filter((part) => part !== "");
}

/** A list of secrets as a variable holds it: the same for the same secrets, so that digests compare. */
export function joinSecrets(secrets: readonly string[]): string {
  return [...new Set(secrets)].sort().join();
}

/** Whether it can stand in a list of secrets that are separated by commas. */
export function isUsable(secret: string | null | undefined): secret is string {
  return typeof secret === "string" && secret.trim() === secret && !secret.includes(",") &&
    secret.length >= MIN_SECRET_LENGTH;
}

/** The values that must not be seen, and the texts without them. */
export class Redactor {
  readonly #values = new Set<string>();

  /** Keeps a value out of all texts from now on. A list counts as each of its parts. */
  hide<T extends string | null | undefined>(value: T): T {
    for (const part of [value, ...(value ?? "").split(",")]) {
      // What is shorter would also stand in words that are none.
      if (part && part.trim().length >= 8) this.#values.add(part.trim());
    }
    return value;
  }

  /** A text in which every hidden value is a row of dots. */
  clean(text: string): string {
    const values = [...this.#values].toSorted((a, b) => b.length - a.length);
    return values.reduce((rest, value) => rest.replaceAll(value, "••••••••"), text);
  }
}
