import { DomainError, type FieldFault, pointer } from "@tenantry/core";

/** Deeper than any record of ours; what is read recursively later cannot exhaust the stack. */
const maximumDepth = 64;

/**
 * Refuses values that no storage keeps as they are: text with U+0000 or half of a character (PostgreSQL refuses the first, UTF-8 has
 * no form for the second), and nesting without end.
 *
 * @throws {DomainError} `invalid_input` with every place.
 */
export function assertStorable(value: unknown): void {
  const fields: FieldFault[] = [];
  visit(value, [], fields);
  if (fields.length === 0) return;
  const detail = fields.map((fault) => `${fault.pointer}: ${fault.detail}`).join("; ");
  throw new DomainError("invalid_input", detail, { fields });
}

function visit(value: unknown, path: readonly (string | number)[], fields: FieldFault[]): void {
  if (typeof value === "string") {
    if (!isStorable(value)) fault(path, "holds U+0000 or half of a character", fields);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (path.length >= maximumDepth) {
    fault(path, `is nested deeper than ${maximumDepth}`, fields);
    return;
  }
  for (const [key, one] of Object.entries(value)) {
    if (!isStorable(key)) fault(path, "has a key with U+0000 or half of a character", fields);
    visit(one, [...path, key], fields);
  }
}

function isStorable(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

function fault(path: readonly (string | number)[], detail: string, fields: FieldFault[]): void {
  fields.push({ pointer: pointer(path).toWellFormed(), detail });
}
