import {
  DomainError,
  defaultTenantSlug,
  type FieldFault,
  readRows,
  type Storage,
} from "@tenantry/core";
import { findMisfits } from "@tenantry/storage-json";

/**
 * Refuses a source that a JSON directory cannot hold: the Python module would treat files that are too large as
 * empty.
 *
 * @throws {DomainError} `invalid_import` with every organization that does not fit.
 */
export async function assertFitsDirectory(source: Storage): Promise<void> {
  const tenant = await source.committed.tenants.findBySlug(defaultTenantSlug);
  if (tenant === undefined) return;
  const fields: FieldFault[] = [];
  await source.snapshot(tenant.id, (ports) =>
    readRows(ports, tenant.id, "organizations", (rows) => {
      for (const { id, name } of rows) {
        for (const { pointer, detail } of findMisfits({ id: String(id), name: String(name) })) {
          fields.push({ pointer: `/organizations/${id}${pointer}`, detail });
        }
      }
    }),
  );
  if (fields.length === 0) return;
  throw new DomainError(
    "invalid_import",
    "A JSON directory cannot hold everything in the source; change what is listed, or choose another kind of storage with --to",
    { fields },
  );
}
