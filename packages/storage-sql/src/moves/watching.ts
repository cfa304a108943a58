import { createHash } from "node:crypto";
import { type TableShape, tenantTables } from "../copies/tables.ts";
import type { SqlDialect } from "../dialect.ts";

/** The statements that start noting every written or removed row of a tenant, and those that stop it. */
export function watchStatements(
  { noteRows }: SqlDialect,
  tenantId: string,
): { readonly begin: readonly string[]; readonly end: readonly string[] } {
  const mark = createHash("sha256").update(tenantId).digest("hex").slice(0, 16);
  const parts = tenantTables.map((shape) => noteRows(toWatched(shape, tenantId, mark)));
  return {
    begin: parts.flatMap(({ begin }) => begin),
    end: parts.flatMap(({ end }) => end),
  };
}

function toWatched({ name, tenantColumn, key }: TableShape, tenantId: string, mark: string) {
  return {
    table: name,
    tenantColumn: tenantColumn ?? "tenant_id",
    key,
    tenant: `'${tenantId.replaceAll("'", "''")}'`,
    trigger: `moving_${mark}_${name}`,
  };
}
