import { isStorable } from "@tenantry/core";
import { OrgManagerError } from "./org-manager-error.ts";

/** Callers in plain JavaScript may pass anything, so every argument is checked before it is used. */

const longest = 255;

/** @throws {OrgManagerError} with the message of the Python module for an empty name. */
export function requireName(name: unknown): string {
  if (typeof name !== "string" || name.trim() === "") {
    throw new OrgManagerError("invalid_input", "Organization name cannot be empty");
  }
  return requireFit("Organization name", name.normalize("NFC").trim());
}

export function requireText(what: string, value: unknown): string {
  if (typeof value !== "string" || value.trim() === "") {
    throw new OrgManagerError("invalid_input", `${what} cannot be empty`);
  }
  return requireFit(what, value);
}

/** Refuses text that a storage would change: two ids that differ in half of a surrogate pair would become one. */
function requireFit(what: string, text: string): string {
  if (text.length > longest) {
    throw new OrgManagerError("invalid_input", `${what} is longer than ${longest}`);
  }
  if (isStorable(text)) return text;
  const message = `${what} holds U+0000 or half of a character; remove it`;
  throw new OrgManagerError("invalid_input", message);
}

/** @throws {OrgManagerError} `Role must be one of: …`, `Status must be one of: …`. */
export function requireOneOf<T extends string>(
  what: string,
  known: readonly T[],
  value: unknown,
): T {
  const match = known.find((one) => one === value);
  if (match !== undefined) return match;
  throw new OrgManagerError("invalid_input", `${what} must be one of: ${known.join(", ")}`);
}

/** A billing id to set, or `null` to clear it. `undefined` means that it stays unchanged. */
export function optionalBillingId(
  what: string,
  value: string | null | undefined,
): string | null | undefined {
  return value === undefined || value === null ? value : requireText(what, value);
}

/** Refuses unknown fields, because a misspelt one would be ignored silently. */
export function requireNothingElse(rest: object, ...known: readonly string[]): void {
  const [unknown] = Object.keys(rest);
  if (unknown === undefined) return;
  const message = `${unknown} is not one of: ${known.join(", ")}`;
  throw new OrgManagerError("invalid_input", message);
}
