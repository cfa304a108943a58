import type { Engine } from "../context.ts";
import type { TenantRecord } from "./tenants.store.ts";

/**
 * A tenant of any status by id or slug; undefined where there is none. The two never collide: our ids contain an
 * underscore and slugs do not.
 */
export async function findTenant(
  engine: Engine,
  idOrSlug: string,
): Promise<TenantRecord | undefined> {
  const { tenants } = engine.storage.committed;
  return (await tenants.findBySlug(idOrSlug)) ?? (await tenants.find(idOrSlug));
}
