import { existsSync } from "node:fs";
import { DomainError, type Storage } from "@tenantry/core";
import { assertDirectoryUnused, openJsonStorage } from "@tenantry/storage-json";
import { assertNoOtherProgram } from "@tenantry/storage-postgres";
import { assertUnused } from "@tenantry/storage-sqlite";
import type { DatabaseLocation } from "../database-url.ts";
import { openStorage } from "../open-storage.ts";
import { program } from "./target.ts";

/** The storage that is copied. */
export interface Source {
  readonly storage: Storage;
  /** What other storages cannot hold, as sentences. */
  leftBehind(): readonly string[];
}

/**
 * @throws {DomainError} `storage_unavailable` where nothing exists: a mistyped location must not count as an empty
 * storage.
 */
export async function openSource(
  from: DatabaseLocation,
  databaseOwnerUrl?: string,
): Promise<Source> {
  const place = placeOf(from);
  if (place !== undefined && !existsSync(place)) {
    throw new DomainError(
      "storage_unavailable",
      `There is no storage at ${place}; name another one with --from`,
    );
  }
  if (from.kind !== "json") {
    return {
      storage: await openStorage(from, { program, databaseOwnerUrl }),
      leftBehind: () => [],
    };
  }
  const storage = await openJsonStorage({ directory: from.directory, program });
  const exact = storage.countExactTimes();
  const lost = `${exact} times of the Python module are kept to the millisecond, where they were known to the microsecond`;
  return { storage, leftBehind: () => (exact === 0 ? [] : [lost]) };
}

/**
 * Checks that no other program has the source open.
 *
 * @throws {DomainError} `storage_busy`, naming them.
 */
export async function assertSourceUnused(from: DatabaseLocation): Promise<void> {
  if (from.kind === "postgres") await assertNoOtherProgram({ url: from.url, program });
  if (from.kind === "sqlite" && existsSync(from.path)) assertUnused(from.path, program);
  if (from.kind === "json") assertDirectoryUnused(from.directory, program);
}

function placeOf(from: DatabaseLocation): string | undefined {
  if (from.kind === "postgres") return undefined;
  return from.kind === "sqlite" ? from.path : from.directory;
}
