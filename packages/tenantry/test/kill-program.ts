import { flushCompileCache } from "node:module";
import { addMember, createOrganization, createUser, removeMember } from "@tenantry/core";
import { openTenantry } from "tenantry";

/**
 * Writes without end, eight at a time, and says each acknowledged write on a line of its own. The test kills it at any moment.
 */
// It never ends by itself, and what is compiled is otherwise kept at the end.
flushCompileCache();
const tenantry = await openTenantry({ databaseUrl: process.argv[2] });
const ctx = tenantry.context();
const run = process.argv[3];

async function write(lane: number): Promise<void> {
  for (let turn = 0; ; turn++) {
    const name = `${run}-${lane}-${turn}`;
    const owner = await createUser(ctx, { name, username: name });
    const organization = await createOrganization(ctx, { name, owner_user_id: owner.id });
    console.log(JSON.stringify({ organization: organization.id, members: [owner.id] }));
    const member = await createUser(ctx, { name });
    await addMember(ctx, organization.id, { user_id: member.id });
    console.log(JSON.stringify({ organization: organization.id, members: [owner.id, member.id] }));
    if (turn % 3 !== 0) continue;
    // While this runs nobody knows whether the member is there; the line before is taken back first.
    console.log(JSON.stringify({ organization: organization.id, members: null }));
    await removeMember(ctx, organization.id, member.id);
    console.log(JSON.stringify({ organization: organization.id, members: [owner.id] }));
  }
}

await Promise.all(Array.from({ length: 8 }, (_, lane) => write(lane)));
