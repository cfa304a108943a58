import { existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DomainError } from "@tenantry/core";
import { syncDirectory, syncPath, toFileError } from "./durable-rename.ts";

export interface BackupPlace {
  /** What is backed up: it is never replaced by its own backup. */
  readonly source: string;
  readonly target: string;
  /** Replaces a file of that name, or a directory with nothing in it but a backup. */
  readonly replace?: boolean | undefined;
  /** Matches what lies in a backup that is a directory, by its path in it. */
  readonly contents: RegExp;
}

/**
 * Makes a backup, which is a file or a directory. It has its name only when it is whole and on disk; until then what is there of it lies in
 * `NAME.part`.
 *
 * @param make Makes it in the directory that it is given, and says where it lies.
 * @throws {DomainError} `storage_unavailable` where there is something at its place already that is not to be replaced.
 */
export async function makeBackup(
  { source, target, replace, contents }: BackupPlace,
  make: (part: string) => Promise<string>,
): Promise<{ readonly bytes: number }> {
  const place = resolve(target);
  const part = `${place}.part`;
  try {
    putReplacedBack(place, contents);
    assertFree(source, target, replace);
    for (const path of [place, part]) assertNothingElse(path, contents);
    rmSync(part, { recursive: true, force: true });
  } catch (error) {
    throw toFileError(error, target);
  }
  try {
    const made = await make(part);
    const bytes = syncTree(made);
    takePlace(made, place);
    return { bytes };
  } catch (error) {
    throw toFileError(error, target);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
}

function assertFree(source: string, target: string, replace: boolean | undefined): void {
  const found = statSync(target, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!replace) {
    throw new DomainError(
      "storage_unavailable",
      `There is a ${found.isDirectory() ? "directory" : "file"} ${target} already; name another one, or replace it with --force`,
    );
  }
  const own = statSync(source, { throwIfNoEntry: false });
  if (own?.ino !== found.ino || own.dev !== found.dev) return;
  throw new DomainError(
    "storage_unavailable",
    `${target} is what is backed up; name another place for the backup`,
  );
}

/** Nobody loses what they keep in a directory because its name was given. */
function assertNothingElse(path: string, contents: RegExp): void {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const other = readdirSync(path, { recursive: true, encoding: "utf8" }).find(
    (name) => !contents.test(name),
  );
  if (other === undefined) return;
  throw new DomainError(
    "storage_unavailable",
    `${path} holds ${other}, which is no part of a backup, and so is not replaced; name another place`,
  );
}

/** Sees a file, or a directory with all that is in it, to the disk. @returns how many bytes the files have. */
export function syncTree(path: string): number {
  if (!statSync(path).isDirectory()) {
    syncPath(path);
    return statSync(path).size;
  }
  const bytes = readdirSync(path).reduce((sum, name) => sum + syncTree(join(path, name)), 0);
  syncDirectory(path);
  return bytes;
}

/**
 * Where a directory is in the way it is set aside first: there is a moment with nothing at the place, and never one with half of something. Who
 * ends in that moment leaves it there, under a name by which the next one finds it.
 */
function takePlace(made: string, place: string): void {
  const isInTheWay =
    existsSync(place) && [made, place].some((path) => statSync(path).isDirectory());
  const aside = asideOf(place);
  if (isInTheWay) renameSync(place, aside);
  try {
    renameSync(made, place);
  } catch (error) {
    if (isInTheWay) renameSync(aside, place);
    throw error;
  }
  syncDirectory(dirname(place));
  if (isInTheWay) rmSync(aside, { recursive: true });
}

/** Where a backup waits while the one that replaces it takes its name. */
const asideOf = (place: string) => `${place}.part.old`;

/** Gives a backup its name again that was set aside by a program that ended then; what another one has replaced already is removed. */
function putReplacedBack(place: string, contents: RegExp): void {
  const aside = asideOf(place);
  if (!existsSync(aside)) return;
  assertNothingElse(aside, contents);
  if (existsSync(place)) rmSync(aside, { recursive: true });
  else renameSync(aside, place);
  syncDirectory(dirname(place));
}

/**
 * Where a backup is that was set aside by a program that ended before another one took its name, in words for whoever finds none there; empty
 * where there is none.
 */
export function whereSetAside(target: string): string {
  const aside = asideOf(resolve(target));
  if (existsSync(target) || !existsSync(aside)) return "";
  return `. One that was to be replaced is ${aside}: rename it, or take a backup again, which puts it back first`;
}
