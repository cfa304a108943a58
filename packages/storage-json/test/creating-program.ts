import { createOrganization, createUser } from "@tenantry/core";
import { openTenantry } from "tenantry";

/** Creates organizations with an owner, four at a time, says each acknowledged id on a line, and ends. */
const [directory, prefix, many] = process.argv.slice(2);
const tenantry = await openTenantry({ databaseUrl: `json:${directory}`, busyTimeoutMs: 60_000 });
const ctx = tenantry.context();
const owner = await createUser(ctx, { id: `owner-${prefix}` });
let next = 0;

async function create(): Promise<void> {
  while (next < Number(many)) {
    next += 1;
    const name = `${prefix} ${next}`;
    const { id } = await createOrganization(ctx, { name, owner_user_id: owner.id });
    console.log(id);
  }
}

await Promise.all([create(), create(), create(), create()]);
await tenantry.close();
