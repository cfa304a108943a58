import { openTenantry, type Tenantry } from "tenantry";
import { onTestFinished } from "vitest";

/** Tenantry on a directory, closed with the test. */
export async function openJson(directory: string): Promise<Tenantry> {
  const tenantry = await openTenantry({ databaseUrl: `json:${directory}` });
  onTestFinished(() => tenantry.close());
  return tenantry;
}
