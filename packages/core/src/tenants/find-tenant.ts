import type { Engine } from "../context.ts";
import type { TenantRecord } from "./tenants.store.ts";

/** A tenant by id or slug, whatever its status; undefined where there is none. A slug is never an id: ours have an underscore. */
export async function findTenant(
  engine: Engine,
  idOrSlug: string,
): Promise<TenantRecord | undefined> {
  const { tenants } = engine.storage.committed;
  return (await tenants.findBySlug(idOrSlug)) ?? (await tenants.find(idOrSlug));
}
