import { readdirSync, statSync } from "node:fs";
import { type Context, DomainError, findTenant } from "@tenantry/core";
import { replicasOf } from "@tenantry/server/settings";
import { type DatabaseLocation, openTenantry, type Tenantry } from "tenantry";
import { type GlobalOptions, locationOf, settingsOf } from "./global-options.ts";
import { createOutput, type Output } from "./terminal-output.ts";

/** What a command works with. */
export interface Work {
  /** The command line acts as the installation itself, which may do everything. */
  readonly ctx: Context;
  readonly output: Output;
}

/**
 * Opens the storage, runs the work in the requested tenant, and closes. An interrupted command leaves nothing half
 * done: what was not committed does not exist.
 *
 * @param command The name that other programs see while they wait for the file.
 */
export async function withTenantry(
  options: GlobalOptions,
  command: string,
  work: (work: Work) => Promise<void>,
): Promise<void> {
  const settings = settingsOf(options);
  const tenantry = await openTenantry({
    databaseUrl: settings.databaseUrl,
    databaseOwnerUrl: settings.databaseOwnerUrl,
    dataDirectory: settings.dataDirectory,
    tenantServers: settings.tenantServers,
    ...(readsReplicas(options, command) ? replicasOf(settings) : {}),
    connectionBudget: settings.connectionBudget,
    program: `tenantry ${command}`,
  });
  try {
    const ctx = tenantry.context({
      tenantId: await tenantIdOf(tenantry, options.tenant),
      actor: { type: "system", id: "command-line" },
    });
    await work({ ctx, output: createOutput(options.json === true) });
  } finally {
    await tenantry.close();
  }
}

/**
 * An export takes long and may be slightly out of date. Standbys in the settings belong to the database in the
 * settings.
 */
function readsReplicas({ databaseUrl, dataDir }: GlobalOptions, command: string): boolean {
  return command === "export" && databaseUrl === undefined && dataDir === undefined;
}

/**
 * As {@link withTenantry}, but refuses a storage that does not exist: a mistyped location would otherwise give an
 * empty export.
 */
export async function withExistingTenantry(
  options: GlobalOptions,
  command: string,
  work: (work: Work) => Promise<void>,
): Promise<void> {
  assertThere(locationOf(settingsOf(options)));
  await withTenantry(options, command, work);
}

/** PostgreSQL itself reports a database that does not exist. */
function assertThere(location: DatabaseLocation): void {
  if (location.kind === "postgres") return;
  const isJson = location.kind === "json";
  const place = isJson ? location.directory : location.path;
  const found = statSync(place, { throwIfNoEntry: false });
  const isEmpty = isJson && found?.isDirectory() && readdirSync(place).length === 0;
  if (found !== undefined && !isEmpty) return;
  throw new DomainError(
    "storage_unavailable",
    `There is no ${isJson ? "JSON directory" : "database"} at ${place}; name another one with --database-url or --data-dir`,
  );
}

async function tenantIdOf(tenantry: Tenantry, idOrSlug: string | undefined): Promise<string> {
  if (idOrSlug === undefined) return tenantry.defaultTenant.id;
  const tenant = await findTenant(tenantry.engine, idOrSlug);
  if (tenant === undefined) {
    throw new DomainError(
      "tenant_not_found",
      `There is no tenant ${idOrSlug}; tenantry tenant list shows them`,
    );
  }
  if (tenant.status !== "deleted") return tenant.id;
  throw new DomainError(
    "tenant_deleted",
    `The tenant ${tenant.slug} is deleted; tenantry tenant restore ${tenant.slug} brings it back`,
  );
}
