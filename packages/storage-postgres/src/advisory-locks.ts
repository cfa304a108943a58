import { createHash } from "node:crypto";

/**
 * The key of an advisory lock for something that has no row to lock yet. Two names with the same key only wait for
 * each other.
 */
export function advisoryKey(...name: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(name)).digest().readBigInt64BE().toString();
}

/** The lock under which one process at a time changes the schema of a database. */
export const migrationKey = advisoryKey("tenantry", "migrations");
