import { existsSync } from "node:fs";
import type { MigratedPlaces } from "@tenantry/core";
import { type DatabaseLocation, inspectDatabase } from "tenantry";
import { exitCodes } from "../exit-codes.ts";
import { type GlobalOptions, locationOf, settingsOf } from "../global-options.ts";
import { withTenantry } from "../with-tenantry.ts";

/**
 * `tenantry migrate`, `tenantry tenant migrate`: migrates the database and those of single tenants to the newest
 * schema, as opening them would, and reports what it did. Names tenants whose database could not be migrated.
 */
export async function runMigrate(options: GlobalOptions): Promise<void> {
  const location = locationOf(settingsOf(options));
  const before = await appliedIn(location);
  await withTenantry(options, "migrate", async ({ ctx, output }) => {
    const applied = await appliedIn(location);
    const now = applied.filter((name) => !before.includes(name));
    const tenants = (await ctx.engine.places?.migrateAll()) ?? { migrated: 0, failures: [] };
    if (tenants.failures.length > 0) process.exitCode = exitCodes.refused;
    await output.answer({ applied, applied_now: now, tenants }, () =>
      [describeApplied(now), ...describeTenants(tenants)].join("\n"),
    );
  });
}

function describeApplied(now: readonly string[]): string {
  return now.length === 0
    ? "The schema is up to date already."
    : `Brought the database to the newest schema: ${now.join(", ")}.`;
}

function describeTenants({ migrated, failures }: MigratedPlaces): readonly string[] {
  if (migrated + failures.length === 0) return [];
  return [
    `Databases of single tenants that have the newest schema: ${migrated}.`,
    ...failures.map(
      ({ tenant_id, server, database, message }) =>
        `Not migrated: ${database} on the server ${server}, of the tenant ${tenant_id}: ${message}`,
    ),
    ...(failures.length > 0
      ? ["Run it again when that is fixed; it continues with what is left."]
      : []),
  ];
}

async function appliedIn(location: DatabaseLocation): Promise<readonly string[]> {
  if (location.kind !== "sqlite" || !existsSync(location.path)) return [];
  return (await inspectDatabase(location)).migrations_applied;
}
