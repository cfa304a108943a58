import { tenantSetting } from "@tenantry/storage-sql";
import { escapeLiteral } from "pg";
import { findable } from "./postgres-session.ts";

/**
 * Sets the tenant whose rows are visible until the transaction ends. The installation is the empty text, which
 * matches no tenant's rows. It is always set, so that whatever a statement left on the connection has no effect.
 */
export function setTenant(tenantId: string | null): string {
  return `SELECT set_config('${tenantSetting}', ${escapeLiteral(findable(tenantId ?? ""))}, true)`;
}
