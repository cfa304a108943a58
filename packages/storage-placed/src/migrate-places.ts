import {
  isDomainError,
  type MigratedPlaces,
  type MigrationFailure,
  type Placement,
  type Storage,
} from "@tenantry/core";

const tenantsPerPage = 100;
const atOnce = 4;

/**
 * Opens each tenant's database once, which migrates it. Each database has its own ledger, so that a second run does
 * what is left after a failure. A database that fails is reported and does not stop the others.
 */
export async function migratePlaces(storage: Storage): Promise<MigratedPlaces> {
  const failures: MigrationFailure[] = [];
  let migrated = 0;
  const migrateOne = async ({ tenant_id, server, database }: OwnDatabase) => {
    try {
      await storage.committed.tenants.find(tenant_id);
      migrated += 1;
    } catch (error) {
      const message = isDomainError(error) ? error.message : "The storage failed";
      failures.push({ tenant_id, server, database, message });
    }
  };
  for (let after = ""; ; ) {
    const page = await storage.committed.placements.list(after, tenantsPerPage);
    const left = page.filter(hasOwnDatabase).values();
    // The workers share one iterator: whoever is done takes the next.
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (const placement of left) await migrateOne(placement);
      }),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < tenantsPerPage) return { migrated, failures };
    after = last.tenant_id;
  }
}

type OwnDatabase = Placement & { readonly database: string };

/** A placement that is being removed needs no migration. */
function hasOwnDatabase(placement: Placement): placement is OwnDatabase {
  return placement.database !== null && placement.state !== "dropping";
}
