import { tenantSetting } from "@tenantry/storage-sql";
import { escapeLiteral } from "pg";
import { findable } from "./postgres-session.ts";

/**
 * Sets the tenant whose rows are seen until the transaction ends; the installation is the empty text, under which no tenant's row is. It is
 * set in either case: what a statement may have left on the connection counts for nobody.
 */
export function setTenant(tenantId: string | null): string {
  return `SELECT set_config('${tenantSetting}', ${escapeLiteral(findable(tenantId ?? ""))}, true)`;
}
