import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DomainError, isDomainError } from "@tenantry/core";
import {
  replacedName,
  syncDirectory,
  syncTree,
  whereSetAside,
} from "@tenantry/storage-sqlite/machinery";
import { inUse } from "./assert-unused.ts";
import { copyFiles } from "./copy-files.ts";
import { toDirectoryError } from "./directory-error.ts";
import { isDirectoryOfOurs, layoutOf } from "./directory-layout.ts";
import { inspectJsonDirectory } from "./inspect.ts";
import { keepClosed } from "./open-mark.ts";

const program = "tenantry restore";
const busyTimeoutMs = 5000;

export interface RestoreOptions {
  /** Replaces an existing directory, which is kept beside it under another name. */
  readonly replace?: boolean | undefined;
  /** The time for the name under which a replaced directory is kept. */
  readonly now: Date;
}

/**
 * Restores a backup to a directory. The backup is checked first and never changed. An existing directory is never overwritten
 * but moved aside, and no program may have it open.
 *
 * @returns the path to which an existing directory was moved.
 * @throws {DomainError} `storage_damaged`, `storage_newer`, `storage_unavailable`, `storage_busy`.
 */
export async function restoreJsonDirectory(
  backup: string,
  directory: string,
  { replace, now }: RestoreOptions,
): Promise<{ readonly keptAs: string | null }> {
  const place = resolve(directory);
  const part = `${place}.restoring`;
  try {
    await assertRestorable(backup);
    const isPresent = existsSync(place) && readdirSync(place).length > 0;
    if (isPresent) assertReplaceable(place, replace);
    rmSync(part, { recursive: true, force: true });
    mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
    await copyFiles(layoutOf(resolve(backup)), part, program, busyTimeoutMs);
    syncTree(part);
    const keptAs = isPresent ? replacedName(place, now) : null;
    if (keptAs !== null) replaceClosed(place, part, keptAs);
    else putInPlace(place, part);
    return { keptAs };
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw toDirectoryError(error, place);
  }
}

async function assertRestorable(backup: string): Promise<void> {
  if (!isDirectoryOfOurs(layoutOf(resolve(backup)))) {
    throw new DomainError(
      "storage_unavailable",
      `There is no backup of a JSON directory at ${backup}; name a directory that tenantry backup has made${whereSetAside(backup)}`,
    );
  }
  try {
    await inspectJsonDirectory(backup);
  } catch (error) {
    if (!isDomainError(error, "storage_damaged")) throw error;
    throw new DomainError(
      "storage_damaged",
      `The backup ${backup} is damaged; nothing was changed. Take another backup (${error.message})`,
      { cause: error, fields: error.fields },
    );
  }
}

function assertReplaceable(place: string, replace: boolean | undefined): void {
  if (!isDirectoryOfOurs(layoutOf(place))) {
    throw new DomainError(
      "storage_unavailable",
      `${place} is not empty and no JSON directory; name one, or a directory that is not there yet`,
    );
  }
  if (replace) return;
  throw new DomainError(
    "storage_unavailable",
    `There is a JSON directory at ${place}; with --force the backup takes its place and it is kept under another name`,
  );
}

/** While this runs nobody can open the directory; a program that waits to do so is told that it was replaced. */
function replaceClosed(place: string, part: string, keptAs: string): void {
  const mark = keepClosed(layoutOf(place));
  if (mark === undefined) throw inUse(place, program);
  try {
    renameSync(place, keptAs);
    try {
      putInPlace(place, part);
    } catch (error) {
      renameSync(keptAs, place);
      throw error;
    }
  } finally {
    mark.close();
  }
}

function putInPlace(place: string, part: string): void {
  if (existsSync(place)) rmdirSync(place);
  renameSync(part, place);
  syncDirectory(dirname(place));
}
