import type { FieldFault } from "../errors.ts";
import { pointer } from "../input.ts";

/**
 * Looking for faults between the entries of a file that may have other faults: what is ill-typed is looked past, since its own fault is
 * found elsewhere.
 */
export type Path = readonly (string | number)[];

/** Takes a key for an entry; where another entry has it, that is a fault. */
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

/** Twice as deep as what a record may hold, since its place in the file comes before. */
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
