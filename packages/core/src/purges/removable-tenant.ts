import type { Engine } from "../context.ts";
import { DomainError, isDomainError } from "../errors.ts";
import { tenantNotFound } from "../tenants/tenants.policy.ts";
import type { Tenant } from "../tenants/tenants.schema.ts";
import type { TenantRecord } from "../tenants/tenants.store.ts";

/**
 * The tenant, if it may be purged: it is deleted, or its own database no longer exists or cannot be used and so
 * cannot say.
 *
 * @throws {DomainError} `tenant_not_found`, `tenant_not_deleted`, `storage_unavailable`; `invalid_input` where there
 * is no database to keep.
 */
export async function findRemovable(
  { storage, places }: Engine,
  id: string,
  keepDatabase: boolean,
): Promise<TenantRecord> {
  const own = await places?.inspect(id);
  if (own?.condition === "missing") {
    if (keepDatabase) throw nothingToKeep();
    return own.copy;
  }
  if (own?.condition === "unusable" && keepDatabase) return own.copy;
  const find = async () => await storage.committed.tenants.find(id);
  const tenant = own === undefined ? await find() : await withRemedy(find);
  if (tenant === undefined) throw tenantNotFound();
  if (tenant.status !== "deleted") throw notDeleted(tenant);
  return tenant;
}

const unusable = ["storage_unavailable", "storage_damaged", "storage_newer"] as const;

/** Adds to an error about a tenant's unusable database what can be done about it. */
export async function withRemedy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!unusable.some((code) => isDomainError(error, code))) throw error;
    throw new DomainError(
      "storage_unavailable",
      `${(error as DomainError).message}. Purge the tenant when its database can be used again, or keep the database: keep_database, --keep-database`,
      { cause: error },
    );
  }
}

export function notDeleted({ slug }: Pick<Tenant, "slug">): DomainError {
  return new DomainError(
    "tenant_not_deleted",
    `The tenant ${slug} is not deleted; delete it first, only then can it be purged`,
  );
}

function nothingToKeep(): DomainError {
  return new DomainError(
    "invalid_input",
    "keep_database: the tenant's database is not there, so there is none to keep; leave it out, or put the database back first",
    { fields: [{ pointer: "/keep_database", detail: "is not possible here; leave it out" }] },
  );
}
