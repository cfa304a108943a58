import { createHash } from "node:crypto";

/** What is locked by its name where there is no row to lock yet. Two names that meet by chance only wait for each other. */
export function advisoryKey(...name: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(name)).digest().readBigInt64BE().toString();
}

/** One server at a time changes the schema of a database. */
export const migrationKey = advisoryKey("tenantry", "migrations");
