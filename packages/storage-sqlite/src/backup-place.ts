import { existsSync, lstatSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DomainError } from "@tenantry/core";
import { syncDirectory, syncPath, toFileError } from "./durable-rename.ts";

export interface BackupPlace {
  /** The file or directory that is backed up. A backup never replaces its own source. */
  readonly source: string;
  readonly target: string;
  /** Replaces an existing file of that name, or a directory that contains nothing but a backup. */
  readonly replace?: boolean | undefined;
  /** Matches the files in a backup directory, by their path in it. */
  readonly contents: RegExp;
}

/**
 * Makes a backup, which is a file or a directory. Until it is complete and on disk it is in `NAME.part`; then it gets
 * its name.
 *
 * @param make Makes the backup in the given directory and returns its path.
 * @throws {DomainError} `storage_unavailable` where something exists at the place that must not be replaced.
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

/** Refuses to replace a directory that contains anything else, so that nobody loses files by naming it. */
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

/**
 * Flushes a file, or a directory with all its files, to disk.
 *
 * @returns their total size in bytes.
 */
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
 * Moves a finished backup to its place. An existing directory is moved aside first, so for a moment nothing is at the
 * place, but never an incomplete backup. If the program ends in that moment, the old backup keeps its temporary name,
 * under which the next run finds it.
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

/** The temporary name of a backup while its replacement takes its place. */
const asideOf = (place: string) => `${place}.part.old`;

/**
 * Restores the name of a backup that was moved aside by a program that ended then, or removes it if it has been
 * replaced.
 */
function putReplacedBack(place: string, contents: RegExp): void {
  const aside = asideOf(place);
  if (!existsSync(aside)) return;
  assertNothingElse(aside, contents);
  if (existsSync(place)) rmSync(aside, { recursive: true });
  else renameSync(aside, place);
  syncDirectory(dirname(place));
}

/**
 * Says where a backup is that was moved aside by a program which ended before its replacement was in place; empty
 * where there is none.
 */
export function whereSetAside(target: string): string {
  const aside = asideOf(resolve(target));
  if (existsSync(target) || !existsSync(aside)) return "";
  return `. One that was to be replaced is ${aside}: rename it, or take a backup again, which puts it back first`;
}
