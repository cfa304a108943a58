import { isStorable } from "@tenantry/core";
import { OrgManagerError } from "./org-manager-error.ts";

/** What callers in plain JavaScript pass may be anything, so that everything is looked at before it is used. */

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

/** What would be stored as something else than it is: two ids with different halves of a character would be one. */
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
  const found = known.find((one) => one === value);
  if (found !== undefined) return found;
  throw new OrgManagerError("invalid_input", `${what} must be one of: ${known.join(", ")}`);
}

/** A billing id to set, `null` to clear it; `undefined` stays away. */
export function optionalBillingId(
  what: string,
  value: string | null | undefined,
): string | null | undefined {
  return value === undefined || value === null ? value : requireText(what, value);
}

/** A misspelt field would be left out in silence. */
export function requireNothingElse(rest: object, ...known: readonly string[]): void {
  const [unknown] = Object.keys(rest);
  if (unknown === undefined) return;
  const message = `${unknown} is not one of: ${known.join(", ")}`;
  throw new OrgManagerError("invalid_input", message);
}
