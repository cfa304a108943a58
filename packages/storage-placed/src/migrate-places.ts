import { isDomainError, type MigratedPlaces, type Storage } from "@tenantry/core";

const tenantsPerPage = 100;
const atOnce = 4;

/**
 * Opens each tenant's database once, which brings it to the newest schema: each has its ledger, so that a run after a fault does what is left. One that fails is named
 * and holds up no other.
 */
export async function migratePlaces(storage: Storage): Promise<MigratedPlaces> {
  const failures: { tenant_id: string; message: string }[] = [];
  let migrated = 0;
  const migrateOne = async (tenantId: string) => {
    try {
      await storage.committed.tenants.find(tenantId);
      migrated += 1;
    } catch (error) {
      const message = isDomainError(error) ? error.message : "The storage failed";
      failures.push({ tenant_id: tenantId, message });
    }
  };
  for (let after = ""; ; ) {
    const page = await storage.committed.placements.list(after, tenantsPerPage);
    const left = page.filter(({ database }) => database !== null).values();
    // Workers that share one iterator: whoever is done takes the next.
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (const { tenant_id } of left) await migrateOne(tenant_id);
      }),
    );
    const last = page.at(-1);
    if (last === undefined || page.length < tenantsPerPage) return { migrated, failures };
    after = last.tenant_id;
  }
}
