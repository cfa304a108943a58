import type { Storage } from "@tenantry/core";
import { openJsonStorage } from "@tenantry/storage-json";
import { openPostgresStorage } from "@tenantry/storage-postgres";
import { openSqliteStorage } from "@tenantry/storage-sqlite";
import type { DatabaseLocation } from "./database-url.ts";

export interface OpenStorageOptions {
  readonly busyTimeoutMs?: number | undefined;
  readonly program?: string | undefined;
  readonly databaseOwnerUrl?: string | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Opens the storage at a place, making it where there is none. */
export async function openStorage(
  location: DatabaseLocation,
  options: OpenStorageOptions,
): Promise<Storage> {
  const { busyTimeoutMs, program } = options;
  const shared = {
    ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }),
    ...(program === undefined ? {} : { program }),
  };
  if (location.kind === "sqlite") {
    return await openSqliteStorage({ path: location.path, ...shared });
  }
  if (location.kind === "postgres") {
    const { databaseOwnerUrl: ownerUrl, onWarning } = options;
    return await openPostgresStorage({ url: location.url, ownerUrl, onWarning, ...shared });
  }
  return await openJsonStorage({ directory: location.directory, ...shared });
}
