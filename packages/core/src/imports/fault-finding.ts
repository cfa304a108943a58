import type { FieldFault } from "../errors.ts";
import { pointer } from "../input.ts";

/**
 * Helpers to find faults between the entries of a file. Values of a wrong type are skipped here, since the schema
 * reports them.
 */
export type Path = readonly (string | number)[];

/** Claims a key for an entry. If another entry has claimed it already, that is a fault. */
export function claim(
  taken: Map<string, Path>,
  key: string,
  shown: string,
  path: Path,
  faults: FieldFault[],
): void {
  const first = taken.get(key);
  if (first === undefined) taken.set(key, path);
  else {
    const detail = `names ${shown}, which ${pointer(first)} names already; leave one of them out`;
    faults.push({ pointer: pointer(path), detail });
  }
}

/** Twice the depth allowed in a record, since a record is itself nested in the file. */
export const maximumFileDepth = 128;

export function fieldOf(entry: unknown, key: string): unknown {
  return typeof entry === "object" && entry !== null && Object.hasOwn(entry, key)
    ? (entry as Record<string, unknown>)[key]
    : undefined;
}

export function listAt(entry: unknown, key: string): readonly unknown[] {
  const value = fieldOf(entry, key);
  return Array.isArray(value) ? value : [];
}

export function textAt(entry: unknown, key: string): string | undefined {
  const value = fieldOf(entry, key);
  return typeof value === "string" ? value : undefined;
}
