import { DomainError, type Storage } from "@tenantry/core";
import { openJsonStorage } from "@tenantry/storage-json";
import { openPostgresStorage } from "@tenantry/storage-postgres";
import { openSqliteStorage } from "@tenantry/storage-sqlite";
import type { DatabaseLocation } from "./database-url.ts";

export interface OpenStorageOptions {
  readonly busyTimeoutMs?: number | undefined;
  readonly program?: string | undefined;
  readonly databaseOwnerUrl?: string | undefined;
  readonly onWarning?: ((message: string) => void) | undefined;
  readonly replicaUrls?: readonly string[] | undefined;
  readonly replicaMaximumLagMs?: number | undefined;
}

/** Opens the storage at a place, making it where there is none. */
export async function openStorage(
  location: DatabaseLocation,
  options: OpenStorageOptions,
): Promise<Storage> {
  const { busyTimeoutMs, program } = options;
  const { replicaUrls = [], replicaMaximumLagMs } = options;
  if (replicaUrls.length > 0 && location.kind !== "postgres") throw noReplicas();
  const shared = {
    ...(busyTimeoutMs === undefined ? {} : { busyTimeoutMs }),
    ...(program === undefined ? {} : { program }),
  };
  if (location.kind === "sqlite") {
    return await openSqliteStorage({ path: location.path, ...shared });
  }
  if (location.kind === "postgres") {
    const { databaseOwnerUrl: ownerUrl, onWarning } = options;
    const standbys = { replicaUrls, replicaMaximumLagMs };
    const { url } = location;
    return await openPostgresStorage({ url, ownerUrl, onWarning, ...standbys, ...shared });
  }
  return await openJsonStorage({ directory: location.directory, ...shared });
}

function noReplicas(): DomainError {
  const detail = "is for PostgreSQL alone; leave it out, or give a DATABASE_URL of PostgreSQL";
  return new DomainError("invalid_setting", `DATABASE_REPLICA_URLS ${detail}`, {
    fields: [{ pointer: "/DATABASE_REPLICA_URLS", detail }],
  });
}
