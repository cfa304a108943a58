import type { CopyTarget } from "@tenantry/core";
import { openJsonCopyTarget } from "@tenantry/storage-json";
import { openPostgresCopyTarget } from "@tenantry/storage-postgres";
import { openSqliteCopyTarget } from "@tenantry/storage-sqlite";
import type { DatabaseLocation } from "../database-url.ts";

/** The name that other programs see while they wait for this one. */
export const program = "tenantry migrate-storage";

/** @throws {DomainError} `storage_unavailable` where it is not empty. */
export async function openTarget(to: DatabaseLocation): Promise<CopyTarget> {
  if (to.kind === "sqlite") return await openSqliteCopyTarget({ path: to.path, program });
  if (to.kind === "json") return await openJsonCopyTarget({ directory: to.directory, program });
  return await openPostgresCopyTarget({ url: to.url, program });
}
