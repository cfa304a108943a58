import type { Engine, StoredPage } from "@tenantry/core";

const everything = { limit: 200, after: null, skip: 0, total: true };

/** Everything that an organization has, a line a row: two that are equal say that nothing has changed. */
export async function rowsOf(engine: Engine, organizationId: string): Promise<string[]> {
  const { committed } = engine.storage;
  for (const tenantId of await tenantsOf(engine)) {
    const organization = await committed.organizations.find(tenantId, organizationId);
    if (organization === undefined) continue;
    const { members, teams, resources, roles, events } = committed;
    const rows = [
      organization,
      ...parse(await members.list(tenantId, organizationId, {}, everything)),
      ...(await teams.all(tenantId, organizationId)),
      ...parse(await resources.list(tenantId, organizationId, undefined, everything)),
      ...(await roles.list(tenantId, organizationId)),
      await events.head(tenantId, organizationId),
    ];
    return rows.map((row) => JSON.stringify(row, withoutActivity));
  }
  throw new Error(`There is no organization ${organizationId}`);
}

function parse({ items_json }: StoredPage): unknown[] {
  return JSON.parse(items_json);
}

/** When somebody was last active is no change of theirs. */
function withoutActivity(key: string, value: unknown): unknown {
  return key === "last_active_at" ? undefined : value;
}

async function tenantsOf({ storage }: Engine): Promise<string[]> {
  const { tenants } = storage.committed;
  const found = [await tenants.findBySlug("default"), await tenants.findBySlug("other")];
  return found.flatMap((tenant) => (tenant === undefined ? [] : [tenant.id]));
}
