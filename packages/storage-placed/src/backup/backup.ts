import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DomainError } from "@tenantry/core";
import { copySqliteFile, type PagesCopied } from "@tenantry/storage-sqlite";
import { makeBackup } from "@tenantry/storage-sqlite/machinery";
import { assertDatabaseName } from "../place-server.ts";
import {
  filesIn,
  type PlacedFiles,
  type PlacedTenant,
  readPlacedTenants,
  readSlug,
  tenantFile,
} from "./placed-files.ts";

export interface BackupOptions {
  readonly onProgress?: PagesCopied | undefined;
  /** Replaces an existing backup of that name. */
  readonly replace?: boolean | undefined;
}

/** The files of a backup that is a directory. */
const contents = /^(tenantry\.db|tenants|tenants\/tenantry_[a-z2-7]{26}\.db)(-journal)?$/;

/**
 * Backs up an installation on SQLite while others use it: into one file or, where tenants have databases of their
 * own, into a directory with `tenantry.db` and `tenants/`. Each database is copied as of one moment, none earlier
 * than this call.
 *
 * The main database is copied first, because it says which others exist. If a tenant moves while its file is copied,
 * the copy could be in the middle of a move that the copied main database does not know of. So the placements in that
 * copy are compared afterwards with the present ones; where they differ, the main database is copied again, with the
 * tenants whose files no longer match.
 *
 * @throws {DomainError} `storage_unavailable`, `storage_damaged`; `storage_busy` where tenants keep moving.
 */
export async function backupPlacedFiles(
  files: PlacedFiles,
  target: string,
  { onProgress, replace }: BackupOptions = {},
): Promise<{ readonly bytes: number }> {
  return await makeBackup({ source: files.main, target, replace, contents }, async (part) => {
    mkdirSync(part, { mode: 0o700 });
    const copy = filesIn(part);
    await copySqliteFile(files.main, copy.main, onProgress);
    const tenants = await copyTenants(files, copy, onProgress);
    return tenants === 0 ? copy.main : part;
  });
}

const mostAttempts = 5;

/** @returns how many tenants have databases of their own. */
async function copyTenants(
  files: PlacedFiles,
  copy: PlacedFiles,
  onProgress: PagesCopied | undefined,
): Promise<number> {
  const copied = new Map<string, string>();
  for (let attempt = 1; ; attempt += 1) {
    const placed = readPlacedTenants(copy.main);
    keepOnly(copy, placed);
    const failures = new Map<PlacedTenant, unknown>();
    for (const tenant of placed) {
      if (copied.get(tenant.database) === tenant.step && isNamedAlike(copy, tenant)) continue;
      const failure = await copyTenant(files, copy, tenant, onProgress);
      if (failure === undefined) copied.set(tenant.database, tenant.step);
      else failures.set(tenant, failure);
    }
    const now = new Map(readPlacedTenants(files.main).map((tenant) => [tenant.tenant_id, tenant]));
    const moved = placed.filter((one) => now.get(one.tenant_id)?.step !== one.step);
    for (const [tenant, failure] of failures) if (!moved.includes(tenant)) throw failure;
    for (const { database } of moved) copied.delete(database);
    const isLast = attempt === mostAttempts;
    // Renamed meanwhile; or the two databases were left different by a killed program, which opening the tenant's
    // database repairs.
    const isSettled =
      moved.length === 0 && (isLast || placed.every((one) => isNamedAlike(copy, one)));
    if (isSettled) return placed.length;
    if (isLast) throw keptMoving(moved);
    rmSync(copy.main);
    await copySqliteFile(files.main, copy.main, onProgress);
  }
}

/** Removes the files of tenants that live elsewhere by now. */
function keepOnly(copy: PlacedFiles, placed: readonly PlacedTenant[]): void {
  mkdirSync(copy.tenants, { recursive: true, mode: 0o700 });
  const names = new Set(placed.map(({ database }) => tenantFile(copy, database)));
  for (const name of readdirSync(copy.tenants)) {
    const path = join(copy.tenants, name);
    if (!names.has(path)) rmSync(path);
  }
}

/** @returns why it could not be copied, perhaps because the tenant has just moved. */
async function copyTenant(
  files: PlacedFiles,
  copy: PlacedFiles,
  { database, slug }: PlacedTenant,
  onProgress: PagesCopied | undefined,
): Promise<unknown> {
  assertDatabaseName(database);
  const path = tenantFile(files, database);
  try {
    if (!existsSync(path)) throw missing(path, slug);
    rmSync(tenantFile(copy, database), { force: true });
    await copySqliteFile(path, tenantFile(copy, database), onProgress);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Where slugs differ, another tenant may have taken one meanwhile, and the backup could contain it twice. */
function isNamedAlike(copy: PlacedFiles, { tenant_id, database, slug }: PlacedTenant): boolean {
  return readSlug(tenantFile(copy, database), tenant_id) === (slug ?? undefined);
}

function missing(path: string, slug: string | null): DomainError {
  return new DomainError(
    "storage_unavailable",
    `The file ${path} of the tenant ${slug} is not there, so there is no whole copy; put it back, or restore it from a backup`,
  );
}

function keptMoving(moved: readonly PlacedTenant[]): DomainError {
  const slugs = moved.map(({ slug }) => slug).join(", ");
  return new DomainError(
    "storage_busy",
    `Tenants moved again and again while they were copied (${slugs}); try again when they have moved`,
  );
}
